import { describe, expect, it } from 'vitest'

import type { Deadline } from '@/api/types'
import { dueMoment, dueState, dueWords, span } from '@/format/due'
import words from '@/locales/zh-CN/clocks.json'
import { months, workdays } from '@/pages/clocks/year'

function t(key: string, values: Record<string, unknown> = {}): string {
  const found = key.split('.').slice(1).reduce((inner: unknown, name) => (inner as Record<string, unknown>)[name], words) as string
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), found)
}
/** Local time, as everything in the console. */
const at = (words: string): number => new Date(words).getTime()
function deadline(due: string, more: Partial<Deadline> = {}): Deadline {
  return {
    id: 'x', clock: 'handle', lamp: 'green', started_at: new Date('2026-11-25T08:30').toISOString(), most_at: new Date(at(due) - 3_600_000).toISOString(), due_at: new Date(due).toISOString(),
    paused_at: null, stopped_at: null, extensions: 0, extensions_allowed: 3, workday_before: null, unknown_year: null, ...more,
  }
}
const FRIDAY = at('2026-11-27T16:00')

describe('a deadline in words', () => {
  it.each([
    ['2026-11-27T17:30', null, '剩 1 小时 30 分'],
    ['2026-11-27T16:00:40', null, '剩 1 分'],
    ['2026-11-30T10:00', '2026-11-27', '下个工作日（11月30日 周一）10:00 前'],
    ['2026-11-28T10:00', null, '明天 10:00 前'],
    ['2026-12-02T17:30', '2026-12-01', '12月2日 周三 17:30 前'],
    ['2027-01-04T17:30', '2026-12-31', '2027年1月4日 周一 17:30 前'],
    ['2026-11-26T13:00', null, '已超时 1 天 3 小时'],
    ['2026-11-27T15:59:30', null, '刚刚超时'],
  ])('%s after %s: %s', (due, before, text) => {
    expect(dueWords(deadline(due, { workday_before: before }), FRIDAY, t)).toBe(text)
  })

  it('names the next working day all weekend, and not on that day itself', () => {
    const monday = deadline('2026-11-30T17:30', { workday_before: '2026-11-27' })
    expect(dueMoment(monday, at('2026-11-29T23:00'), t)).toContain('下个工作日')
    expect(dueMoment(monday, at('2026-11-30T00:10'), t)).toBe('今天 17:30 前')
    expect(dueMoment(monday, at('2026-11-26T09:00'), t)).toBe('11月30日 周一 17:30 前')
  })

  it('is green, yellow for the last fifth, red from the moment it is due', () => {
    const one = deadline('2026-11-27T17:30')
    expect(['16:29:59', '16:30', '17:29:59', '17:30'].map((time) => dueState(one, at(`2026-11-27T${time}`)))).toEqual(['green', 'yellow', 'yellow', 'red'])
  })

  it('says how it ended and that it rests', () => {
    const due = '2026-11-27T15:00'
    expect(dueWords(deadline(due, { paused_at: new Date('2026-11-26T10:00').toISOString() }), FRIDAY, t)).toBe('已暂停')
    expect(dueWords(deadline(due, { stopped_at: new Date(due).toISOString() }), FRIDAY, t)).toBe('按时')
    expect(dueWords(deadline(due, { stopped_at: new Date('2026-11-27T15:10').toISOString() }), FRIDAY, t)).toBe('超时 10 分')
  })

  it.each([[0, '0 分'], [3_600_000, '1 小时'], [86_400_000, '1 天'], [97_200_000, '1 天 3 小时'], [-5, '0 分']])('%d ms are %s', (length, text) => {
    expect(span(length, t)).toBe(text)
  })
})

describe('a year', () => {
  it('begins each month under its weekday and knows the days that differ', () => {
    const shown = months(2026, [{ day: '2026-10-01', work: false, name: '国庆节' }, { day: '2026-10-10', work: true, name: '国庆节' }, { day: '2026-10-04', work: false, name: '国庆节' }])
    const october = shown[9] ?? []
    expect(october.filter((cell) => cell === null)).toHaveLength(3)
    expect(october[3]).toEqual({ day: '2026-10-01', number: 1, work: false, name: '国庆节', special: true })
    expect(october[12]).toMatchObject({ day: '2026-10-10', work: true, special: true })
    expect(october[6]).toMatchObject({ day: '2026-10-04', special: false, name: '国庆节' })
    expect(workdays(shown)).toBe(261)
  })

  it('has a leap day when it has one', () => {
    expect([2028, 2026].map((year) => months(year, [])[1]?.at(-1)?.number)).toEqual([29, 28])
  })
})
