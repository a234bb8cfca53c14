/** Text messages of the demo's console twin, read again every few seconds: these pages need no account, so no live stream. */
import { onScopeDispose, watch } from 'vue'

import { api } from '@/api/client'
import { type Loaded, useLoad } from '@/api/load'

const EVERY_MS = 3000

export interface Sms {
  to_number: string
  body: string
  at: string
}

/** `number`: only that number's; empty: all. */
export function useSms(number: () => string): Loaded<Sms[]> {
  const sms = useLoad((signal) => api.get<Sms[]>('/api/demo/sms', { number: number() }, signal))
  const look = (): void => {
    if (document.visibilityState === 'visible') void sms.reload()
  }
  const timer = setInterval(look, EVERY_MS)
  document.addEventListener('visibilitychange', look)
  watch(number, () => {
    sms.data.value = null
    void sms.reload()
  })
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  })
  return sms
}

export interface Thread {
  number: string
  messages: Sms[]
}

/** Newest first, by number, the number with the newest message first. Pure. */
export function threads(messages: Sms[]): Thread[] {
  const found = new Map<string, Sms[]>()
  for (const message of [...messages].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))) {
    found.set(message.to_number, [...(found.get(message.to_number) ?? []), message])
  }
  return [...found].map(([number, all]) => ({ number, messages: all }))
}
