import { describe, expect, it } from 'vitest'

import { HIT_END, HIT_START, pieces, unmarked } from '@/pages/tickets/highlight'

describe('pieces of a marked text', () => {
  it('cuts at the markers and drops them', () => {
    expect(pieces(`路灯${HIT_START}不亮${HIT_END}三天`)).toEqual([
      { text: '路灯', hit: false },
      { text: '不亮', hit: true },
      { text: '三天', hit: false },
    ])
  })
  it('keeps every character when markers do not match', () => {
    const text = (marked: string): string => pieces(marked).map((piece) => piece.text).join('')
    expect(text(`${HIT_END}a${HIT_START}${HIT_START}b`)).toBe('ab')
    expect(pieces(`${HIT_START}b`)).toEqual([{ text: 'b', hit: true }])
    expect(pieces('')).toEqual([])
  })
  it('gives the text as it stands in the ticket', () => {
    expect(unmarked(`${HIT_START}停水${HIT_END}三天`)).toBe('停水三天')
  })
  it('treats markup as text', () => {
    expect(pieces('<img src=x>')).toEqual([{ text: '<img src=x>', hit: false }])
  })
})
