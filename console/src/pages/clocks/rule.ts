/** A rule in words. Pure: the words come from the caller's `t`. */
import type { ClockRule, DurationUnit } from '@/api/types'
import type { Translate } from '@/format/time'

export const CLOCKS = ['forward', 'respond', 'arrive', 'handle', 'return_review', 'extension_review', 'review'] as const
export const UNITS: DurationUnit[] = ['work_days', 'work_minutes', 'wall_minutes']
export const PAUSES = ['on_hold', 'return_requested', 'extension_requested', 'incomplete', 'conference', 'submitted', 'in_review'] as const

/** 5 个工作日 · 20 分钟（工作时间） · 24 小时（自然时间）. */
export function durationText(rule: { amount: number; unit: DurationUnit }, t: Translate): string {
  if (rule.unit === 'work_days') return t('clocks.length.work_days', { n: rule.amount })
  const hours = rule.amount % 60 === 0 && rule.amount >= 60
  const time = hours ? t('clocks.length.hours', { n: rule.amount / 60 }) : t('clocks.length.minutes', { n: rule.amount })
  return t(rule.unit === 'work_minutes' ? 'clocks.length.working' : 'clocks.length.wall', { time })
}

/** Whom a rule is for. */
export function conditions(rule: ClockRule, t: Translate): string {
  const parts = [
    rule.city && t('clocks.rule.in_city', { city: rule.city }),
    rule.urgency && t(`terms.urgency.${rule.urgency}`),
    rule.category && (rule.category_path || rule.category),
    rule.secrecy && t(`terms.secrecy.${rule.secrecy}`),
    rule.kind && t(`terms.kind.${rule.kind}`),
  ].filter(Boolean)
  return parts.length ? parts.join(' · ') : t('clocks.rule.all')
}
