/** What was typed and not yet saved, kept in this browser until the server has it. */
import type { TicketFields } from '@/api/types'

import type { Changes } from './draft'

const PREFIX = 'jiesu.draft.'
const KEEP_MS = 7 * 86_400_000

export interface LocalCopy {
  /** What the server had when it was typed. */
  base: TicketFields
  changes: Changes
  at: number
}

export function readCopy(ticketId: string): LocalCopy | null {
  try {
    const copy = JSON.parse(localStorage.getItem(PREFIX + ticketId) ?? 'null') as LocalCopy | null
    return copy && Date.now() - copy.at < KEEP_MS ? copy : null
  } catch {
    return null
  }
}

export function writeCopy(ticketId: string, base: TicketFields, changes: Changes): void {
  if (!Object.keys(changes).length) {
    localStorage.removeItem(PREFIX + ticketId)
    return
  }
  try {
    localStorage.setItem(PREFIX + ticketId, JSON.stringify({ base, changes, at: Date.now() } satisfies LocalCopy))
  } catch {
    // The browser's store is full: the copy on the server is the one that counts.
  }
}
