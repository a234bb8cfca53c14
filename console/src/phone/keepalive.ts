/** Every minute this tab says that it lives: its credentials last 200 s, so two renewals may fail. */
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { SignOn } from '@/api/types'

const EVERY_MS = 60_000

export interface KeepAliveEvents {
  renewed: (answer: SignOn) => void
  takenOver: () => void
  /** The server forgot this tab (it slept too long): sign on again. */
  forgotten: () => void
}

export class KeepAlive {
  private timer = 0
  private running = false

  constructor(
    private readonly tab: () => string,
    private readonly events: KeepAliveEvents,
  ) {}

  start(): void {
    this.stop()
    this.running = true
    this.timer = window.setTimeout(() => void this.renew(), EVERY_MS)
  }

  stop(): void {
    this.running = false
    window.clearTimeout(this.timer)
  }

  async renew(): Promise<void> {
    if (!this.running) return
    window.clearTimeout(this.timer)
    try {
      const answer = await api.post<SignOn>('/api/presence/renew', { tab: this.tab() })
      if (this.running) this.events.renewed(answer)
    } catch (error) {
      if (!this.running) return
      const code = error instanceof ApiError ? error.code : ''
      if (code === 'taken_over') this.events.takenOver()
      else if (code === 'not_signed_on') this.events.forgotten()
      // Anything else (network, restart): the next minute tries again.
    }
    if (this.running) this.timer = window.setTimeout(() => void this.renew(), EVERY_MS)
  }
}
