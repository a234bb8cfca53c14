import { describe, expect, it } from 'vitest'

import { grouped, known, masked } from '@/format/number'
import { ago, dayTime, duration, secondsSince, ticking } from '@/format/time'
import words from '@/locales/zh-CN/time.json'

const t = (key: string, values: Record<string, unknown> = {}): string =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), words[key.replace('time.', '') as keyof typeof words])
const now = new Date(2026, 10, 23, 14, 5, 0)
const before = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString()

describe('times', () => {
  it.each([
    [20, '刚刚'],
    [300, '5 分钟前'],
    [3 * 3600 + 60, '3 小时前'],
    [8 * 3600, '今天 06:05'],
    [24 * 3600, '昨天 14:05'],
    [10 * 86_400, '11月13日 14:05'],
    [400 * 86_400, '2025年10月19日'],
  ])('%d s before: %s', (seconds, text) => {
    expect(ago(before(seconds), now, t)).toBe(text)
  })

  it('does not trip over a browser clock that is behind', () => {
    expect(ago(before(-30), now, t)).toBe('刚刚')
    expect(secondsSince(before(-30), now.getTime())).toBe(0)
  })

  it('shows a dash for nothing and for nonsense', () => {
    expect(dayTime(null, now, t)).toBe('—')
    expect(dayTime('yesterday', now, t)).toBe('—')
  })
})

describe('durations', () => {
  it.each([
    [8.4, '8秒'],
    [80, '1分20秒'],
    [59.6, '1分00秒'],
    [7500, '2小时05分'],
    [90_000, '1天1小时'],
    [null, '—'],
    [Number.NaN, '—'],
  ])('%s: %s', (seconds, text) => {
    expect(duration(seconds, t)).toBe(text)
  })

  it('tick', () => {
    expect([8, 760, 3723].map(ticking)).toEqual(['0:08', '12:40', '1:02:03'])
  })
})

describe('numbers', () => {
  it.each([
    ['13900000001', '139****0001'],
    ['04795550001', '047****0001'],
    ['12345', '*****'],
    ['139****0001', '139****0001'],
    [null, '未知号码'],
  ])('%s is shown as %s', (number, text) => {
    expect(masked(number, '未知号码')).toBe(text)
  })

  it('are known, or there is none', () => {
    expect(['139****0001', 'unknown', '', null].map((number) => known(number))).toEqual(['139****0001', null, null, null])
  })

  it('are grouped for reading aloud', () => {
    expect(grouped('13900000001')).toBe('139 0000 0001')
    expect(grouped('04795550001')).toBe('04795550001')
  })
})
