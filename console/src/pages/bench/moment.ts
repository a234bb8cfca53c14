/** ISO instant ↔ what `datetime-local` shows: YYYY-MM-DDTHH:MM on the person's own clock. */
const pad = (value: number): string => String(value).padStart(2, '0')

export function toLocal(iso: string | null): string {
  if (!iso) return ''
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`
}

export function toInstant(local: string): string | null {
  const at = local ? new Date(local) : null
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : null
}
