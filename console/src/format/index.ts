/** In components: `const { ago, duration } = useFormat()`; texts follow the locale and the minute. */
import { useI18n } from 'vue-i18n'

import { now } from '@/live/now'

import { masked } from './number'
import * as time from './time'

export interface Format {
  absolute: (iso?: string | null) => string
  dayTime: (iso?: string | null) => string
  ago: (iso?: string | null) => string
  duration: (seconds?: number | null) => string
  ticking: (seconds: number) => string
  masked: (number?: string | null) => string
}

export function useFormat(): Format {
  const { t } = useI18n()
  const words: time.Translate = (key, values = {}) => t(key, values)
  return {
    absolute: time.absolute,
    dayTime: (iso) => time.dayTime(iso, new Date(now.value), words),
    ago: (iso) => time.ago(iso, new Date(now.value), words),
    duration: (seconds) => time.duration(seconds, words),
    ticking: time.ticking,
    masked: (number) => masked(number, t('time.unknown_number')),
  }
}
