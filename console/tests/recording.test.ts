import { describe, expect, it } from 'vitest'

import { parseProblem } from '@/recording/problem'
import { afterSilence, silences } from '@/recording/silence'

describe('what is wrong with a recording', () => {
  it.each([
    [null, null],
    ['no_file', { key: 'no_file', values: {}, diskFull: false }],
    ['leg_missing:agent;disk_full', { key: 'leg_missing', values: { leg: 'agent' }, diskFull: true }],
    ['short:12.5/80.0', { key: 'short', values: { recorded: 12.5, talked: 80 }, diskFull: false }],
    ['something new', { key: 'other', values: { problem: 'something new' }, diskFull: false }],
  ])('%s', (raw, parsed) => {
    expect(parseProblem(raw)).toEqual(parsed)
  })
})

describe('silence', () => {
  const points = (text: string): number[] => [...text].map((each) => (each === '.' ? 0 : 0.5))
  it('is where both legs are quiet for 2 s, less a margin', () => {
    // One point a second.
    expect(silences([points('xx....xx'), points('xxx...xx')], 8)).toEqual([{ start: 3.3, end: 5.7 }])
  })
  it('reaches to the end', () => {
    expect(silences([points('x...')], 4)).toEqual([{ start: 1.3, end: 3.7 }])
  })
  it('of one second is speech', () => {
    expect(silences([points('x.x.x')], 5)).toEqual([])
  })
  it('is unknown without peaks or length', () => {
    expect(silences([], 8)).toEqual([])
    expect(silences([points('....')], 0)).toEqual([])
  })
  it('is left at its end', () => {
    const spans = [{ start: 3.3, end: 5.7 }]
    expect(afterSilence(spans, 4)).toBe(5.7)
    expect(afterSilence(spans, 5.7)).toBeNull()
    expect(afterSilence(spans, 1)).toBeNull()
  })
})
