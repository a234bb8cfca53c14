/** Where nobody speaks, from the peaks of a recording. Pure; times are seconds, peaks lie between 0 and 1. */
export interface Span {
  start: number
  end: number
}

const QUIET = 0.03
const SHORTEST = 2
/** Kept at both ends, so that no word is clipped. */
const MARGIN = 0.3

/** Silent stretches worth skipping: at least 2 s, less a margin at both ends. */
export function silences(legs: number[][], seconds: number): Span[] {
  const points = Math.max(0, ...legs.map((leg) => leg.length))
  if (!points || !(seconds > 0)) return []
  const step = seconds / points
  const found: Span[] = []
  let since = -1
  for (let at = 0; at <= points; at++) {
    const quiet = at < points && legs.every((leg) => Math.abs(leg[at] ?? 0) < QUIET)
    if (quiet && since < 0) since = at
    if (!quiet && since >= 0) {
      if ((at - since) * step >= SHORTEST) found.push({ start: since * step + MARGIN, end: at * step - MARGIN })
      since = -1
    }
  }
  return found
}

/** Where to go on playing: the end of the silence that `seconds` lies in, else null. */
export function afterSilence(spans: Span[], seconds: number): number | null {
  const span = spans.find((each) => seconds >= each.start && seconds < each.end)
  return span ? span.end : null
}
