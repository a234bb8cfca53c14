/** Texts by locale, one chunk each. A file `locales/<locale>/<area>.json` is the key space `<area>.…`. */
import { ref } from 'vue'
import { createI18n } from 'vue-i18n'

import type { Texts } from './locales/gather'

export type Locale = 'zh-CN' | 'en'
export const LOCALES: readonly Locale[] = ['zh-CN', 'en']


const STORED = 'jiesu.locale'
const loaders: Record<Locale, () => Promise<{ texts: Texts; element: unknown }>> = {
  'zh-CN': () => import('./locales/zh-CN'),
  en: () => import('./locales/en'),
}

export const i18n = createI18n<false>({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: false,
  messages: {},
  missingWarn: import.meta.env.DEV,
})

/** Element Plus' own texts (empty table, pagination, date picker) in the locale now shown. */
export const elementLocale = ref<unknown>()

export function isLocale(value: unknown): value is Locale {
  return LOCALES.includes(value as Locale)
}

/** Before anyone signs in: what was chosen here last, else what the browser speaks, else Chinese. */
export function preferredLocale(): Locale {
  const stored = localStorage.getItem(STORED)
  if (isLocale(stored)) return stored
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
}

export async function setLocale(locale: Locale): Promise<void> {
  const { texts, element } = await loaders[locale]()
  i18n.global.setLocaleMessage(locale, texts)
  i18n.global.locale.value = locale
  elementLocale.value = element
  document.documentElement.lang = locale
  localStorage.setItem(STORED, locale)
}

/** For code outside components. */
export function t(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values)
}
