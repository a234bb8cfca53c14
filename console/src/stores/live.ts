/** News from the server, for any page: `useNews(topic, handler)` and `useReread(read)` clean up after themselves. */
import { defineStore } from 'pinia'
import { onScopeDispose, ref } from 'vue'

import { LiveStream, type News, type StreamStatus } from '@/live/stream'

type Handler = (data: Record<string, unknown>) => void

export const useLive = defineStore('live', () => {
  const status = ref<StreamStatus>('connecting')
  const lostAt = ref<number | null>(null)
  const handlers = new Map<string, Set<Handler>>()
  const gapHandlers = new Set<() => void>()
  let refused: () => void = () => undefined
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'

  const stream = new LiveStream(`${scheme}://${location.host}/api/live`, {
    status: (next) => {
      lostAt.value = next === 'lost' ? (lostAt.value ?? Date.now()) : null
      status.value = next
      // Asks who I am: a session that ended shows itself there, and the sign-in dialog comes up.
      if (next === 'refused') refused()
    },
    news: (news: News) => {
      handlers.get(news.topic)?.forEach((handler) => {
        handler(news.data)
      })
    },
    gap: () => {
      gapHandlers.forEach((handler) => {
        handler()
      })
    },
  })
  const nudge = (): void => {
    if (document.visibilityState === 'visible') stream.nudge()
  }

  function start(): void {
    stream.start()
    document.addEventListener('visibilitychange', nudge)
    window.addEventListener('online', nudge)
  }

  function stop(): void {
    stream.stop()
    document.removeEventListener('visibilitychange', nudge)
    window.removeEventListener('online', nudge)
  }

  function on(topic: string, handler: Handler): () => void {
    const set = handlers.get(topic) ?? new Set()
    handlers.set(topic, set.add(handler))
    return () => set.delete(handler)
  }

  function onGap(handler: () => void): () => void {
    gapHandlers.add(handler)
    return () => gapHandlers.delete(handler)
  }

  function whenRefused(handler: () => void): void {
    refused = handler
  }

  return { status, lostAt, start, stop, retry: () => stream.nudge(), on, onGap, whenRefused }
})

/** In a component: call `handler` for each message of `topic` while it is mounted. */
export function useNews(topic: string, handler: Handler): void {
  onScopeDispose(useLive().on(topic, handler))
}

/** In a component: call `read` whenever news may have been missed. */
export function useReread(read: () => void): void {
  onScopeDispose(useLive().onGap(read))
}
