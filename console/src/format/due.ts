/** Deadlines as people read them: 今天 17:30 前 · 下个工作日（11月30日 周一）10:00 · 剩 2 小时 10 分 · 已超时 1 天 3 小时. Pure. */
import type { Deadline } from '@/api/types'

import type { Translate } from './time'

export type DueState = 'green' | 'yellow' | 'red' | 'paused' | 'met' | 'missed'
const MINUTE = 60_000
const DAY = 86_400_000
/** Nearer than this, what is left says more than when it ends. */
const NEAR = 12 * 3_600_000

const pad = (value: number): string => String(value).padStart(2, '0')
const startOfDay = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
const localDay = (at: Date): string => `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`

/** Green until the 80 % mark, yellow until due, red after; how it ended once it stopped. */
export function dueState(deadline: Deadline, now: number): DueState {
  const due = Date.parse(deadline.due_at)
  if (deadline.stopped_at) return Date.parse(deadline.stopped_at) <= due ? 'met' : 'missed'
  if (deadline.paused_at) return 'paused'
  if (now >= due) return 'red'
  return now >= Date.parse(deadline.most_at) ? 'yellow' : 'green'
}

/** 45 秒 is said as 1 分; 2 小时 10 分; 1 天 3 小时. Of time that is left the minute begun counts, of time lost the minute full. */
export function span(milliseconds: number, t: Translate, up = true): string {
  const exact = Math.max(0, milliseconds) / MINUTE
  const minutes = up ? Math.ceil(exact) : Math.floor(exact)
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  if (days) return hours ? t('clocks.span.days_hours', { d: days, h: hours }) : t('clocks.span.days', { d: days })
  if (hours) return minutes % 60 ? t('clocks.span.hours_minutes', { h: hours, m: minutes % 60 }) : t('clocks.span.hours', { h: hours })
  return t('clocks.span.minutes', { m: minutes })
}

function dateOf(at: Date, t: Translate): string {
  return t('clocks.due.short', { month: at.getMonth() + 1, day: at.getDate(), mm: pad(at.getMonth() + 1), dd: pad(at.getDate()), time: `${pad(at.getHours())}:${pad(at.getMinutes())}` })
}

/** When it is due: by the day's name when it is today or tomorrow, as the next working day when nothing works in between. */
export function dueMoment(deadline: Pick<Deadline, 'due_at' | 'workday_before'>, now: number, t: Translate): string {
  const at = new Date(deadline.due_at)
  const today = new Date(now)
  const days = Math.round((startOfDay(at) - startOfDay(today)) / DAY)
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}`
  const date = { time, month: at.getMonth() + 1, day: at.getDate(), mm: pad(at.getMonth() + 1), dd: pad(at.getDate()), year: at.getFullYear(), weekday: t(`clocks.weekday.${at.getDay()}`) }
  if (days === 0) return t('clocks.due.today', date)
  const next = deadline.workday_before !== null && localDay(today) >= deadline.workday_before && days > 0
  if (next) return t('clocks.due.next_workday', date)
  if (days === 1) return t('clocks.due.tomorrow', date)
  return t(at.getFullYear() === today.getFullYear() ? 'clocks.due.day' : 'clocks.due.day_of_year', date)
}

/** The words beside the lamp; `short` for lists: the date without its weekday. */
export function dueWords(deadline: Deadline, now: number, t: Translate, short = false): string {
  const due = Date.parse(deadline.due_at)
  switch (dueState(deadline, now)) {
    case 'met':
      return t('clocks.lamp.met')
    case 'missed':
      return t('clocks.lamp.missed', { span: span(Date.parse(deadline.stopped_at ?? '') - due, t, false) })
    case 'paused':
      return t('clocks.lamp.paused')
    case 'red':
      return now - due < MINUTE ? t('clocks.lamp.just_over') : t('clocks.lamp.over', { span: span(now - due, t, false) })
    default:
      return due - now <= NEAR ? t('clocks.lamp.left', { span: span(due - now, t) }) : short ? dateOf(new Date(due), t) : dueMoment(deadline, now, t)
  }
}
