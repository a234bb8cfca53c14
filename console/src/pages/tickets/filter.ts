/** What the list shows, kept in the address: a link, a reload and the back button show the same. Pure. */
import type { Query } from '@/api/client'
import type { TicketState } from '@/api/types'

export const PAGE_SIZE = 20
export const TABS = ['all', 'draft', 'received', 'triaged', 'dispatched', 'in_progress', 'in_review', 'awaiting_survey', 'closed', 'discarded'] as const
export type Tab = (typeof TABS)[number]

export interface Filter {
  q: string
  tab: Tab
  /** From 1. */
  page: number
}

type Address = Record<string, unknown>

const text = (value: unknown): string => (typeof value === 'string' ? value : Array.isArray(value) ? text(value[0]) : '')

/** Nonsense in an address becomes the default, never an error. */
export function readFilter(address: Address): Filter {
  const tab = text(address.state) as Tab
  const page = Number(text(address.page))
  return {
    q: text(address.q).slice(0, 100),
    tab: TABS.includes(tab) ? tab : 'all',
    page: Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1,
  }
}

/** Only what differs from the default, so that the plain list has a plain address. */
export function writeFilter(filter: Filter): Record<string, string> {
  const address: Record<string, string> = {}
  if (filter.q) address.q = filter.q
  if (filter.tab !== 'all') address.state = filter.tab
  if (filter.page > 1) address.page = String(filter.page)
  return address
}

export function toQuery(filter: Filter): Query {
  return { q: filter.q, state: filter.tab === 'all' ? undefined : (filter.tab satisfies TicketState), page: filter.page, size: PAGE_SIZE }
}
