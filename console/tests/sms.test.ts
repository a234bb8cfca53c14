import { expect, it } from 'vitest'

import { threads } from '@/pages/demo/sms'

it('sorts messages by number, newest first', () => {
  const sms = (to_number: string, at: string): { to_number: string; body: string; at: string } => ({ to_number, body: at, at })
  const sorted = threads([sms('13900000001', '2026-11-23T08:00:00Z'), sms('13900000002', '2026-11-23T09:00:00Z'), sms('13900000001', '2026-11-23T10:00:00Z')])
  expect(sorted.map(({ number, messages }) => [number, messages.map(({ at }) => at.slice(11, 13))])).toEqual([
    ['13900000001', ['10', '08']],
    ['13900000002', ['09']],
  ])
})
