/** The catalogue of services, and their names in the reader's language. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

import { api } from '@/api/client'
import { useLoad } from '@/api/load'

import type { Service } from './shapes'

export interface Services {
  active: ComputedRef<Service[]>
  nameOf: (code: string) => string
}

export function useServices(): Services {
  const { locale } = useI18n()
  const { data } = useLoad((signal) => api.get<Service[]>('/api/vendors/services', {}, signal))
  const active = computed(() => data.value?.filter((one) => one.active) ?? [])
  function nameOf(code: string): string {
    const found = data.value?.find((one) => one.code === code)
    return (locale.value === 'en' ? found?.name_en : found?.name) ?? code
  }
  return { active, nameOf }
}
