/** A whole phone number for a moment: asked for with a reason, shown, and hidden again by itself. */
import { onScopeDispose, type Ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import type { Revealed, RevealReason } from '@/api/types'

/** Long enough to read it out or to dial it. */
const SHOWN_MS = 60_000

export interface Reveal {
  numbers: Ref<Revealed | null>
  ask: (reason: RevealReason, note: string) => Promise<void>
  hide: () => void
}

export type RevealPath = `/api/tickets/${string}/reveal` | `/api/recalls/${string}/reveal` | `/api/vendor-orders/${string}/reveal`

export function useReveal(path: () => RevealPath): Reveal {
  const numbers = shallowRef<Revealed | null>(null)
  let timer = 0

  function hide(): void {
    window.clearTimeout(timer)
    numbers.value = null
  }
  async function ask(reason: RevealReason, note: string): Promise<void> {
    const words = reason === 'other' ? note.trim() : null
    numbers.value = await api.post<Revealed>(path(), { reason, note: words })
    window.clearTimeout(timer)
    timer = window.setTimeout(hide, SHOWN_MS)
  }
  onScopeDispose(hide)
  return { numbers, ask, hide }
}
