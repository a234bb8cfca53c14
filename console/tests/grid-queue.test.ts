import { describe, expect, it } from 'vitest'

import { ApiError } from '@/api/errors'
import type { GridActed } from '@/api/types'
import { drain, type Line, type Queued, type Store } from '@/pages/grid/queue'

function an(key: string, more: Partial<Queued> = {}): Queued {
  return { key, person: 'me', order: Number(key), about: '', body: { key, step: 'take', task_id: 'a', photos: [] }, ...more }
}

class Phone implements Store {
  kept = new Map<string, Queued>()
  constructor(...actions: Queued[]) {
    actions.forEach((each) => this.kept.set(each.key, each))
  }
  all = async (): Promise<Queued[]> => [...this.kept.values()].reverse()
  put = async (action: Queued): Promise<void> => void this.kept.set(action.key, action)
  remove = async (action: Queued): Promise<void> => void this.kept.delete(action.key)
  photo = async (id: string): Promise<Blob> => new Blob([id])
}

/** Fails with what `answers` says for a key, else takes it. */
function line(sent: string[], answers: Record<string, ApiError[]> = {}, again = true): Line {
  return {
    photo: async (id) => { sent.push(`photo ${id}`) },
    action: async (body) => {
      const problem = answers[body.key]?.shift()
      if (problem) throw problem
      sent.push(body.key)
      return { repeated: false } as GridActed
    },
    again: async () => again,
  }
}

describe('what waits on a phone', () => {
  it('is sent in order, photos first, and then it is gone', async () => {
    const sent: string[] = []
    const phone = new Phone(an('1'), an('2', { body: { key: '2', step: 'resolve', task_id: 'a', photos: ['p'] } }))
    expect(await drain('me', phone, line(sent))).toBe('done')
    expect(sent).toEqual(['1', 'photo p', '2'])
    expect(phone.kept.size).toBe(0)
  })

  it.each([0, 502, 503, 500])('stays whole when the answer is %d, and nothing behind it overtakes', async (status) => {
    const sent: string[] = []
    const phone = new Phone(an('1'), an('2'))
    expect(await drain('me', phone, line(sent, { 1: [new ApiError(status, 'network', '')] }))).toBe('offline')
    expect(sent).toEqual([])
    expect([...phone.kept.values()].some((each) => each.problem)).toBe(false)
  })

  it('tells a conflict, keeps it, and holds back what builds on it; other tasks go on', async () => {
    const sent: string[] = []
    const other = an('3', { body: { key: '3', step: 'take', task_id: 'b', photos: [] } })
    const phone = new Phone(an('1'), an('2'), other)
    await drain('me', phone, line(sent, { 1: [new ApiError(409, 'task_taken', '', { by: '某人' })] }))
    expect(sent).toEqual(['3'])
    expect(phone.kept.get('1')?.problem).toEqual({ code: 'task_taken', details: { by: '某人' } })
    expect(phone.kept.get('2')?.problem?.code).toBe('held_back')
    await drain('me', phone, line(sent))
    expect(sent).toEqual(['3'])
  })

  it('does not hold back findings for a finding that was refused', async () => {
    const sent: string[] = []
    const found = (key: string): Queued => an(key, { body: { key, step: 'found', photos: [] } })
    const phone = new Phone(found('1'), found('2'))
    await drain('me', phone, line(sent, { 1: [new ApiError(422, 'invalid', '')] }))
    expect(sent).toEqual(['2'])
  })

  it("does not send another person's", async () => {
    const sent: string[] = []
    expect(await drain('me', new Phone(an('1', { person: 'you' })), line(sent))).toBe('done')
    expect(sent).toEqual([])
  })

  it('asks once more with a renewed session, and waits when there is none', async () => {
    const csrf = (): ApiError => new ApiError(403, 'not_allowed', '', { reason: 'csrf' })
    const sent: string[] = []
    expect(await drain('me', new Phone(an('1')), line(sent, { 1: [csrf()] }))).toBe('done')
    expect(sent).toEqual(['1'])
    const phone = new Phone(an('1'))
    expect(await drain('me', phone, line(sent, { 1: [csrf()] }, false))).toBe('signed_out')
    expect(phone.kept.get('1')?.problem).toBeUndefined()
  })
})
