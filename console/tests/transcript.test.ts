import { describe, expect, it } from 'vitest'

import type { TranscriptWord } from '@/api/types'
import { heardAt, isDoubtful, starts, turns } from '@/recording/transcript'

const word = (speaker: 'caller' | 'agent', text: string, start: number, end = start + 0.4): TranscriptWord => ({ speaker, word: text, start, end, confidence: 0.9 })
const shape = (words: TranscriptWord[]): string[] => turns(words).map((turn) => `${turn.speaker}:${turn.words.map((each) => (each.spaced ? ' ' : '') + each.word).join('')}`)

describe('turns', () => {
  it('changes with the speaker', () => {
    expect(shape([word('agent', '您好', 0), word('agent', '请讲', 0.5), word('caller', '路灯', 1.2), word('caller', '坏了', 1.7), word('agent', '好的', 2.4)])).toEqual([
      'agent:您好请讲',
      'caller:路灯坏了',
      'agent:好的',
    ])
  })
  it('is not cut to pieces by a word spoken over it', () => {
    expect(shape([word('caller', '我们', 0), word('caller', '小区', 0.4), word('agent', '嗯', 0.6), word('caller', '停水', 0.8), word('caller', '三天', 1.2)])).toEqual([
      'caller:我们小区停水三天',
      'agent:嗯',
    ])
  })
  it('ends with a long pause', () => {
    expect(shape([word('caller', '喂', 0), word('caller', '喂', 4)])).toEqual(['caller:喂', 'caller:喂'])
  })
  it('sets spaces where the script has them', () => {
    expect(shape([word('caller', 'street', 0), word('caller', 'light', 0.5), word('caller', '坏了', 1)])).toEqual(['caller:street light坏了'])
  })
  it('does not mind words out of order', () => {
    expect(shape([word('caller', '二', 0.5), word('caller', '一', 0)])).toEqual(['caller:一二'])
  })
})

describe('the word that is heard', () => {
  const begun = starts([word('caller', 'b', 2), word('agent', 'a', 1), word('caller', 'c', 3)])
  it.each([
    [0.5, -1],
    [1, 0],
    [2.9, 1],
    [99, 2],
  ])('at %d s is number %d', (seconds, at) => {
    expect(heardAt(begun, seconds)).toBe(at)
  })
  it('is none without words', () => {
    expect(heardAt([], 3)).toBe(-1)
  })
})

it('doubts only words that carry a low confidence', () => {
  expect(isDoubtful({ ...word('caller', 'x', 0), confidence: 0.3 })).toBe(true)
  expect(isDoubtful({ ...word('caller', 'x', 0), confidence: null })).toBe(false)
})
