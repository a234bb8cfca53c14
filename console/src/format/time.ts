/** Times and durations as people read them: 今天 14:05, 3 小时前, 1分20秒. Pure: the words come from the caller's `t`. */
export type Translate = (key: string, values?: Record<string, unknown>) => string

const pad = (value: number): string => String(value).padStart(2, '0')
const dayOf = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
const clockOf = (at: Date): string => `${pad(at.getHours())}:${pad(at.getMinutes())}`

/** 2026-11-23 14:05:09, for tooltips and copies. */
export function absolute(iso: string | null | undefined): string {
  const at = parse(iso)
  if (!at) return '—'
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${clockOf(at)}:${pad(at.getSeconds())}`
}

/** 今天 14:05 · 昨天 09:10 · 3月2日 09:10 · 2025年3月2日. */
export function dayTime(iso: string | null | undefined, now: Date, t: Translate): string {
  const at = parse(iso)
  if (!at) return '—'
  const days = Math.round((dayOf(now) - dayOf(at)) / 86_400_000)
  const time = clockOf(at)
  if (days === 0) return t('time.today', { time })
  if (days === 1) return t('time.yesterday', { time })
  const date = { year: at.getFullYear(), month: at.getMonth() + 1, day: at.getDate(), mm: pad(at.getMonth() + 1), dd: pad(at.getDate()), time }
  return at.getFullYear() === now.getFullYear() ? t('time.this_year', date) : t('time.other_year', date)
}

/** 刚刚 · 5 分钟前 · 3 小时前 · then like `dayTime`. */
export function ago(iso: string | null | undefined, now: Date, t: Translate): string {
  const at = parse(iso)
  if (!at) return '—'
  const seconds = Math.floor((now.getTime() - at.getTime()) / 1000)
  if (seconds < 60) return t('time.just_now')
  if (seconds < 3600) return t('time.minutes_ago', { n: Math.floor(seconds / 60) })
  if (seconds < 6 * 3600) return t('time.hours_ago', { n: Math.floor(seconds / 3600) })
  return dayTime(iso, now, t)
}

/** 8秒 · 1分20秒 · 2小时05分. `seconds` may be fractional; unknown is a dash. */
export function duration(seconds: number | null | undefined, t: Translate): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '—'
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return t('time.seconds', { s: whole })
  if (whole < 3600) return t('time.minutes', { m: Math.floor(whole / 60), s: pad(whole % 60) })
  if (whole < 86_400) return t('time.hours', { h: Math.floor(whole / 3600), m: pad(Math.floor((whole % 3600) / 60)) })
  return t('time.days', { d: Math.floor(whole / 86_400), h: Math.floor((whole % 86_400) / 3600) })
}

/** A running clock: 0:08, 12:40, 1:02:03. */
export function ticking(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`
}

/** Whole seconds from `iso` to `now`, never negative (clocks of browser and server differ). */
export function secondsSince(iso: string | null | undefined, now: number): number {
  const at = parse(iso)
  return at ? Math.max(0, Math.floor((now - at.getTime()) / 1000)) : 0
}

function parse(iso: string | null | undefined): Date | null {
  if (!iso) return null
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? null : at
}
