/** Calls for the filter in the address, and the callers to be called back; read again when calls change. */
import { computed, onScopeDispose, type Ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { api } from '@/api/client'
import { type Loaded, useLoad } from '@/api/load'
import type { CallRow, Page, Recall } from '@/api/types'
import { useNews, useReread } from '@/stores/live'

export const PAGE_SIZE = 20
const SETTLE_MS = 1000

export interface Calls {
  calls: Loaded<Page<CallRow>>
  recalls: Loaded<Recall[]>
  tab: Readonly<Ref<'all' | 'recalls'>>
  q: Readonly<Ref<string>>
  page: Readonly<Ref<number>>
  change: (address: { tab?: string; q?: string; page?: number }) => void
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function useCalls(): Calls {
  const route = useRoute()
  const router = useRouter()
  const tab = computed(() => (route.query.tab === 'recalls' ? 'recalls' : 'all'))
  const q = computed(() => text(route.query.q).slice(0, 50))
  const page = computed(() => {
    const number = Number(text(route.query.page))
    return Number.isInteger(number) && number >= 1 && number <= 100_000 ? number : 1
  })
  const calls = useLoad((signal) => api.get<Page<CallRow>>('/api/calls', { q: q.value, page: page.value, size: PAGE_SIZE }, signal))
  const recalls = useLoad((signal) => api.get<Recall[]>('/api/recalls', {}, signal))

  let timer = 0
  function again(): void {
    if (timer) return
    timer = window.setTimeout(() => {
      timer = 0
      void calls.reload()
      void recalls.reload()
    }, SETTLE_MS)
  }
  useNews('call.changed', again)
  useNews('transcript.changed', again)
  useNews('recall.changed', again)
  useReread(again)
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  watch([q, page], () => void calls.reload())

  function change(address: { tab?: string; q?: string; page?: number }): void {
    const next = { tab: tab.value, q: q.value, page: 1, ...address }
    const query: Record<string, string> = {}
    if (next.tab === 'recalls') query.tab = 'recalls'
    if (next.q) query.q = next.q
    if (next.page > 1) query.page = String(next.page)
    void router.replace({ query })
  }

  return { calls, recalls, tab, q, page, change }
}
