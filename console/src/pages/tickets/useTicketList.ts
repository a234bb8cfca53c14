/** The list and the counts of its tabs, for the filter in the address; read again when tickets change. */
import { computed, onScopeDispose, type Ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { api } from '@/api/client'
import { type Loaded, useLoad } from '@/api/load'
import type { Page, TicketRow } from '@/api/types'
import { useNews, useReread } from '@/stores/live'

import { type Filter, readFilter, TABS, type Tab, toQuery, writeFilter } from './filter'

/** A busy centre changes tickets many times a second; one reading covers all of them. */
const SETTLE_MS = 1500

export type Counts = Record<Tab, number>

export interface TicketList extends Loaded<Page<TicketRow>> {
  filter: Readonly<Ref<Filter>>
  counts: Readonly<Ref<Counts | null>>
  change: (changes: Partial<Filter>) => void
}

export function useTicketList(): TicketList {
  const route = useRoute()
  const router = useRouter()
  const filter = computed(() => readFilter(route.query))
  const list = useLoad((signal) => api.get<Page<TicketRow>>('/api/tickets', toQuery(filter.value), signal))
  const counting = useLoad(async (signal) => {
    const pages = await Promise.all(
      TABS.map((tab) => api.get<Page<TicketRow>>('/api/tickets', { ...toQuery({ ...filter.value, tab }), page: 1, size: 1 }, signal)),
    )
    return Object.fromEntries(TABS.map((tab, n) => [tab, pages[n]?.total ?? 0])) as Counts
  })
  const counts = counting.data

  let timer = 0
  function again(): void {
    if (timer) return
    timer = window.setTimeout(() => {
      timer = 0
      void list.reload()
      void counting.reload()
    }, SETTLE_MS)
  }
  onScopeDispose(() => {
    clearTimeout(timer)
  })
  useNews('ticket.changed', again)
  useNews('survey.changed', again)
  useReread(again)

  watch(filter, (next, before) => {
    if (JSON.stringify(next) === JSON.stringify(before)) return
    void list.reload()
    if (next.q !== before.q) void counting.reload()
  })

  function change(changes: Partial<Filter>): void {
    // Another filter begins at its first page.
    const next = { ...filter.value, page: 1, ...changes }
    void router.replace({ query: writeFilter(next) })
  }

  return { ...list, filter, counts, change }
}
