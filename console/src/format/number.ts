/** Phone numbers as lists may show them: 139****0001, like `common.settings.masked` on the server. */
export function masked(number: string | null | undefined, unknown: string): string {
  if (!number) return unknown
  if (number.includes('*')) return number
  return number.length >= 8 ? `${number.slice(0, 3)}****${number.slice(-4)}` : '*'.repeat(number.length)
}

/** The server's word for a number that nobody knows, or may know. */
const UNKNOWN = 'unknown'

/** A masked number, or null when there is none. */
export function known(number: string | null | undefined): string | null {
  return number && number !== UNKNOWN ? number : null
}

/** 13900000001 → 139 0000 0001; a landline keeps its own grouping. */
export function grouped(number: string): string {
  return /^1\d{10}$/.test(number) ? `${number.slice(0, 3)} ${number.slice(3, 7)} ${number.slice(7)}` : number
}
