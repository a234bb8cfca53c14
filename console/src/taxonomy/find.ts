/** Find one's way in a three-level list by words or by steps. Pure. Codes have two digits a level (GB/T 39666 shape). */
export interface Entry {
  code: string
  name: string
  /** How citizens say it, a space between; `=2` is a weight. */
  words: string
  retired: boolean
}

export interface Found {
  code: string
  path: string
  /** The word that led here, where it is not in the path. */
  by: string
  leaf: boolean
}

const MOST = 40

export function level(code: string): 1 | 2 | 3 {
  return code.endsWith('0000') ? 1 : code.endsWith('00') ? 2 : 3
}

export function parent(code: string): string | null {
  return [null, `${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`][level(code) - 1] ?? null
}

/** code → 城乡建设 / 供热 / 停止供暖. */
export function paths(entries: readonly Entry[]): Map<string, string> {
  const names = new Map(entries.map(({ code, name }) => [code, name]))
  const chain = (code: string): string[] => [...new Set([`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`, code])]
  return new Map(entries.map(({ code }) => [code, chain(code).flatMap((one) => names.get(one) ?? []).join(' / ')]))
}

function living(entries: readonly Entry[]): Entry[] {
  const gone = new Set(entries.filter(({ retired }) => retired).map(({ code }) => code))
  return entries.filter(({ code }) => ![code, `${code.slice(0, 4)}00`, `${code.slice(0, 2)}0000`].some((one) => gone.has(one)))
}

/** What stands directly below `above` (null: the first level), retired ones left out. */
export function below(entries: readonly Entry[], above: string | null): Found[] {
  const shown = living(entries)
  const path = paths(entries)
  const parents = new Set(shown.map(({ code }) => parent(code)))
  return shown
    .filter(({ code }) => parent(code) === above)
    .map(({ code }) => ({ code, path: path.get(code) ?? code, by: '', leaf: !parents.has(code) }))
}

/** By code, name or a citizen's word: the last level first, whole words before parts. */
export function find(entries: readonly Entry[], text: string): Found[] {
  const wanted = text.trim().toLowerCase()
  if (!wanted) return []
  const path = paths(entries)
  const shown = living(entries)
  const parents = new Set(shown.map(({ code }) => parent(code)))
  const scored: [number, Found][] = []
  for (const { code, name, words } of shown) {
    const said = words.split(' ').map((word) => word.split('=')[0]!.toLowerCase())
    const exact = said.find((word) => word === wanted)
    const part = said.find((word) => word && (word.includes(wanted) || (word.length > 1 && wanted.includes(word))))
    const title = name.toLowerCase()
    const score = /^\d+$/.test(wanted)
      ? code.startsWith(wanted) ? 5 : 0
      : title === wanted ? 6 : exact ? 5 : title.includes(wanted) ? 4 : part ? 3 : (path.get(code) ?? '').toLowerCase().includes(wanted) ? 1 : 0
    if (score) scored.push([score + level(code) / 10, { code, path: path.get(code) ?? code, by: title.includes(wanted) ? '' : (exact ?? part ?? ''), leaf: !parents.has(code) }])
  }
  return scored.sort(([a, one], [b, other]) => b - a || one.code.localeCompare(other.code)).slice(0, MOST).map(([, found]) => found)
}
