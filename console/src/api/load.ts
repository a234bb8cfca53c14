/** Read something and know its state: loading, there, failed. `reload` keeps what is shown until the new answer is in. */
import { onScopeDispose, ref, type Ref, shallowRef } from 'vue'

export interface Loaded<T> {
  data: Ref<T | null>
  error: Ref<unknown>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, now = true): Loaded<T> {
  const data = shallowRef<T | null>(null) as Ref<T | null>
  const error = shallowRef<unknown>(null)
  const loading = ref(false)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    loading.value = true
    try {
      const answer = await read(mine.signal)
      if (mine.signal.aborted) return
      data.value = answer
      error.value = null
    } catch (problem) {
      if (mine.signal.aborted) return
      error.value = problem
    } finally {
      if (running === mine) loading.value = false
    }
  }

  onScopeDispose(() => running?.abort())
  if (now) void reload()
  return { data, error, loading, reload }
}
