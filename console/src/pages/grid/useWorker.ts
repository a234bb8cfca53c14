/** The worker's page as one thing: where I serve, my tasks, what waits to be sent; it goes on without a connection. */
import { computed, type ComputedRef, onScopeDispose, ref, type Ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { GridActed, GridAction, GridServing, GridTask } from '@/api/types'
import type { Position } from '@/components/mapPlane'
import { useNews, useReread } from '@/stores/live'
import { useSession } from '@/stores/session'

import { drain, type Queued } from './queue'
import { phoneStore } from './phoneStore'

const RETRY_MS = 20_000

export interface Worker {
  serving: Ref<GridServing | null>
  tasks: Ref<GridTask[] | null>
  queue: Ref<Queued[]>
  online: Ref<boolean>
  here: Ref<Position | null>
  failure: Ref<unknown>
  waiting: ComputedRef<Queued[]>
  refused: ComputedRef<Queued[]>
  read: () => Promise<void>
  sync: () => Promise<void>
  locate: () => Promise<Position | null>
  act: (body: Omit<GridAction, 'key' | 'photos'>, about: string, photos?: Map<string, Blob>) => Promise<void>
  forget: (action: Queued) => Promise<void>
}

export function useWorker(): Worker {
  const session = useSession()
  const person = session.person!.id
  const serving = shallowRef<GridServing | null>(null)
  const tasks = shallowRef<GridTask[] | null>(null)
  const queue = shallowRef<Queued[]>([])
  const online = ref(navigator.onLine)
  const here = shallowRef<Position | null>(null)
  const failure = shallowRef<unknown>(null)

  async function refresh(): Promise<void> {
    queue.value = (await phoneStore.all()).filter((each) => each.person === person).sort((a, b) => a.order - b.order)
  }

  async function read(): Promise<void> {
    const near = here.value ? { lon: here.value[0], lat: here.value[1] } : {}
    try {
      const [me, mine] = await Promise.all([api.get<GridServing>('/api/grid/me'), api.get<GridTask[]>('/api/grid/mine', near)])
      serving.value = me
      tasks.value = mine
      failure.value = null
      online.value = true
      await Promise.all([phoneStore.remember(`me:${person}`, me), phoneStore.remember(`mine:${person}`, mine)])
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.transient) {
        online.value = false
        serving.value ??= (await phoneStore.recall<GridServing>(`me:${person}`)) ?? null
        tasks.value ??= (await phoneStore.recall<GridTask[]>(`mine:${person}`)) ?? null
      }
      failure.value = tasks.value ? null : error
    }
  }

  async function again(): Promise<boolean> {
    await session.load()
    return session.person?.id === person
  }

  /** One tab at a time sends; the others wait and find nothing left. */
  async function sync(): Promise<void> {
    await navigator.locks.request('jiesu-grid-queue', async () => {
      const before = (await phoneStore.all()).filter((each) => each.person === person && !each.problem).length
      if (!before) return
      const how = await drain(person, phoneStore, {
        photo: (id, bytes) => api.put(`/api/grid/photos/${id}`, bytes),
        action: (body) => api.post<GridActed>('/api/grid/actions', body),
        again,
      })
      online.value = how !== 'offline'
    })
    await refresh()
    await read()
  }

  async function act(body: Omit<GridAction, 'key' | 'photos'>, about: string, photos: Map<string, Blob> = new Map()): Promise<void> {
    const key = crypto.randomUUID()
    const whole = { ...body, key, told_at: new Date().toISOString(), photos: [...photos.keys()] }
    await phoneStore.keep({ key, person, order: Date.now(), body: whole, about }, photos)
    await refresh()
    // Kept: the page goes on at once, sending is its own affair.
    void sync()
  }

  async function forget(action: Queued): Promise<void> {
    await phoneStore.remove(action)
    // What was held back for its sake can be tried on its own.
    for (const each of queue.value) {
      if (each.problem?.code === 'held_back' && each.body.task_id === action.body.task_id) await phoneStore.put({ ...each, problem: undefined })
    }
    await sync()
    await refresh()
  }

  function locate(): Promise<Position | null> {
    return new Promise((resolve) => {
      if (!('geolocation' in navigator)) resolve(null)
      else
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => {
            here.value = [Number(coords.longitude.toFixed(6)), Number(coords.latitude.toFixed(6))]
            resolve(here.value)
          },
          () => { resolve(null) },
          { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
        )
    })
  }

  const back = (): void => void sync()
  const gone = (): void => { online.value = false }
  window.addEventListener('online', back)
  window.addEventListener('offline', gone)
  const timer = window.setInterval(() => {
    if (waiting.value.length) void sync()
  }, RETRY_MS)
  onScopeDispose(() => {
    window.removeEventListener('online', back)
    window.removeEventListener('offline', gone)
    clearInterval(timer)
  })
  useNews('grid.task', (data) => {
    // News of the whole city pass by: only what concerns the places we serve is read again.
    const me = serving.value
    const mine = new Set([...(me?.grids ?? []), ...(me?.squads ?? []), ...(me?.groups ?? [])].map(({ id }) => id))
    if ([data.grid_id, data.squad_id, data.group_id].some((id) => mine.has(String(id)))) void read()
  })
  useReread(() => void sync())

  const waiting = computed(() => queue.value.filter((each) => !each.problem))
  const refused = computed(() => queue.value.filter((each) => each.problem))
  void refresh().then(read).then(sync)
  return { serving, tasks, queue, online, here, failure, waiting, refused, read, sync, locate, act, forget }
}
