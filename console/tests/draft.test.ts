import { describe, expect, it } from 'vitest'

import type { TicketFields } from '@/api/types'
import { afterSave, edit, missing, rebase, same, sendable } from '@/pages/bench/draft'

const aDraft: TicketFields = {
  title: null, kind: null, body: null, category: null, place: '中山街', place_code: null, lat: null, lng: null, petitioner_kind: null, subject: null, petitioner: null, contact: '13900000001',
  occurred_at: null, urgency: 'normal', secrecy: 'open', language: 'zh-CN',
}

describe('typing', () => {
  it('is a change until it is undone', () => {
    const typed = edit(aDraft, {}, 'place', '中山街 3 号')
    expect(typed).toEqual({ place: '中山街 3 号' })
    expect(edit(aDraft, typed, 'place', '中山街')).toEqual({})
  })

  it('treats empty text and nothing as the same', () => {
    expect(same('', null)).toBe(true)
    expect(same('  ', undefined)).toBe(true)
    expect(same('a', 'a ')).toBe(true)
  })
})

describe('when the server moved on', () => {
  it('keeps what was typed in other fields', () => {
    const next = { ...aDraft, title: '路灯不亮' }
    expect(rebase(aDraft, { body: '路灯' }, next)).toEqual({ changes: { body: '路灯' }, conflicts: {} })
  })

  it('asks when both wrote the same field differently', () => {
    const next = { ...aDraft, title: '路灯不亮' }
    expect(rebase(aDraft, { title: '路灯坏了' }, next)).toEqual({
      changes: { title: '路灯坏了' },
      conflicts: { title: { yours: '路灯坏了', theirs: '路灯不亮' } },
    })
  })

  it('is content when both wrote the same', () => {
    expect(rebase(aDraft, { title: '路灯不亮 ' }, { ...aDraft, title: '路灯不亮' })).toEqual({ changes: {}, conflicts: {} })
  })
})

describe('saving', () => {
  it('keeps what was typed while the request was on its way', () => {
    expect(afterSave({ title: '路灯不亮了', place: '东街' }, { title: '路灯不亮', place: '东街' })).toEqual({ title: '路灯不亮了' })
  })

  it('leaves conflicts to the agent', () => {
    expect(sendable({ title: 'a', place: 'b' }, { title: { yours: 'a', theirs: 'c' } })).toEqual({ place: 'b' })
  })

  it('knows what filing needs', () => {
    expect(missing(aDraft)).toEqual(['title', 'kind'])
    expect(missing({ ...aDraft, title: ' ', kind: 'help' })).toEqual(['title'])
  })
})
