/** The server marks hits with private-use characters (tickets/search.py), never with HTML. Pure. */
export const HIT_START = '\ue000'
export const HIT_END = '\ue001'

export interface Piece {
  text: string
  hit: boolean
}

/** The text as it stands in the ticket. */
export function unmarked(marked: string): string {
  return pieces(marked)
    .map(({ text }) => text)
    .join('')
}

/** Text without markers, cut at them. Unbalanced or repeated markers lose nothing but the markers. */
export function pieces(marked: string): Piece[] {
  const found: Piece[] = []
  let hit = false
  let text = ''
  const flush = (): void => {
    if (text) found.push({ text, hit })
    text = ''
  }
  for (const character of marked) {
    if (character !== HIT_START && character !== HIT_END) {
      text += character
      continue
    }
    flush()
    hit = character === HIT_START
  }
  flush()
  return found
}
