/** Words of two speakers as turns on a page, and which word is being heard. Pure; times are seconds. */
import type { TranscriptWord } from '@/api/types'

/** A pause that ends a turn even when nobody answers. */
export const PAUSE = 1.5
/** Below this a word is shown as doubtful. */
export const DOUBTFUL = 0.6

export interface PlacedWord extends TranscriptWord {
  /** Position in the order of time; what `heardAt` answers. */
  at: number
  /** Latin, Hangul and digits need a space before them when the word before is such too. */
  spaced: boolean
}

export interface Turn {
  speaker: 'caller' | 'agent'
  start: number
  end: number
  words: PlacedWord[]
}

const CJK = /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/

function spacedAfter(before: string | undefined, word: string): boolean {
  if (!before) return false
  return !CJK.test(before.slice(-1)) && !CJK.test(word.slice(0, 1))
}

/**
 * Each speaker's words are cut into turns where the other one begins to speak or a pause of `PAUSE` lies, then ordered by
 * their beginning. A word spoken over somebody else's turn does not cut that turn into single words.
 */
export function turns(words: TranscriptWord[]): Turn[] {
  const ordered = [...words].sort((a, b) => a.start - b.start || a.end - b.end)
  const found: Turn[] = []
  const open: Partial<Record<Turn['speaker'], Turn>> = {}
  ordered.forEach((word, at) => {
    const other = open[word.speaker === 'caller' ? 'agent' : 'caller']
    let turn = open[word.speaker]
    const interrupted = turn && other && other.start > turn.start && other.start >= turn.end && word.start >= other.start
    if (!turn || interrupted || word.start - turn.end >= PAUSE) {
      turn = open[word.speaker] = { speaker: word.speaker, start: word.start, end: word.end, words: [] }
      found.push(turn)
    }
    turn.words.push({ ...word, at, spaced: spacedAfter(turn.words[turn.words.length - 1]?.word, word.word) })
    turn.end = Math.max(turn.end, word.end)
  })
  return found
}

/** Starts of the words in order of time, for `heardAt`. */
export function starts(words: TranscriptWord[]): number[] {
  return words.map((word) => word.start).sort((a, b) => a - b)
}

/** Position of the last word that began by `seconds`; -1 before the first. */
export function heardAt(begun: number[], seconds: number): number {
  let low = 0
  let high = begun.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((begun[middle] ?? Infinity) <= seconds) low = middle + 1
    else high = middle
  }
  return low - 1
}

export function isDoubtful(word: TranscriptWord): boolean {
  return word.confidence !== null && word.confidence < DOUBTFUL
}
