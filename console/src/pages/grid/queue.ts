/**
 * What a worker did, sent once: in order, photos before their action, under the key it was given when it was done. Without a
 * connection it waits; what the server refuses stays, with the reason, until the worker has read it. No browser in here.
 */
import { ApiError } from '@/api/errors'
import type { GridActed, GridAction } from '@/api/types'

export interface Queued {
  /** Also the server's key: the same action again has no second effect. */
  key: string
  /** Whose action it is: another person at the same phone does not send it. */
  person: string
  order: number
  body: GridAction
  /** Where it belongs on the page: a task's number, or the words of a finding. */
  about: string
  problem?: { code: string; details: Record<string, unknown> }
}

export interface Store {
  all: () => Promise<Queued[]>
  put: (action: Queued) => Promise<void>
  remove: (action: Queued) => Promise<void>
  photo: (id: string) => Promise<Blob | undefined>
}

export interface Line {
  photo: (id: string, bytes: Blob) => Promise<unknown>
  action: (body: GridAction) => Promise<GridActed>
  /** The session may have been renewed since: true when the person is still who they were. */
  again: (person: string) => Promise<boolean>
}

export type Drained = 'done' | 'offline' | 'signed_out'

/** Send what waits. Refused actions are kept with their reason; those that build on them are held back, not sent. */
export async function drain(person: string, store: Store, line: Line): Promise<Drained> {
  const mine = (await store.all()).filter((each) => each.person === person).sort((a, b) => a.order - b.order)
  const stuck = new Set(mine.filter((each) => each.problem && each.body.task_id).map((each) => each.body.task_id))
  for (const action of mine) {
    if (action.problem) continue
    if (action.body.task_id && stuck.has(action.body.task_id)) {
      await store.put({ ...action, problem: { code: 'held_back', details: {} } })
      continue
    }
    try {
      await deliver(action, store, line)
      await store.remove(action)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.transient || error.status === 500) return 'offline'
      if (error.status === 401) return 'signed_out'
      await store.put({ ...action, problem: { code: error.code, details: error.details } })
      stuck.add(action.body.task_id)
    }
  }
  return 'done'
}

async function deliver(action: Queued, store: Store, line: Line): Promise<void> {
  try {
    await send(action, store, line)
  } catch (error) {
    // The token of a session that ended meanwhile: ask who we are, and once more.
    if (!(error instanceof ApiError) || error.status !== 403 || error.details.reason !== 'csrf') throw error
    if (!(await line.again(action.person))) throw new ApiError(401, 'not_signed_in', '')
    await send(action, store, line)
  }
}

async function send(action: Queued, store: Store, line: Line): Promise<void> {
  for (const id of action.body.photos ?? []) {
    const bytes = await store.photo(id)
    if (bytes) await line.photo(id, bytes)
  }
  await line.action(action.body)
}
