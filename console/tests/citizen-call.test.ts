import { describe, expect, it } from 'vitest'

import { after, type CallState, type CallStep, dialable, endReason } from '@/pages/phone/call'

const walk = (...steps: CallStep[]): CallState => steps.reduce<CallState>((state, step) => after(state, step) ?? state, 'idle')

describe("a citizen's call", () => {
  it('goes out, rings, is talked and ends', () => {
    expect(walk('dial')).toBe('calling')
    expect(walk('dial', 'ringback', 'ringback', 'connected')).toBe('talking')
    expect(walk('dial', 'connected', 'end')).toBe('idle')
  })
  it('comes in and is answered', () => {
    expect(walk('invite', 'answer', 'connected')).toBe('talking')
  })
  it.each([
    ['idle', 'answer'],
    ['idle', 'end'],
    ['talking', 'dial'],
    ['talking', 'invite'],
    ['ringing', 'dial'],
  ] as const)('takes no %s → %s', (state, step) => {
    expect(after(state, step)).toBeNull()
  })
})

describe('the reason of an end', () => {
  it.each([
    ['Terminated', true, 'over'],
    ['Busy', true, 'over'],
    ['Busy', false, 'busy'],
    ['Canceled', false, 'over'],
    ['Unavailable', false, 'unreachable'],
    ['something new', false, 'over'],
  ])('%s, talked: %s → %s', (cause, talked, reason) => {
    expect(endReason(cause, talked)).toBe(reason)
  })
})

it.each([
  ['12345', '12345'],
  ['0479-555 1234', '04795551234'],
  ['+86 139', '+86139'],
  ['1+2;rm', '12'],
  ['9'.repeat(40), '9'.repeat(20)],
])('dials %s as %s', (typed, number) => {
  expect(dialable(typed)).toBe(number)
})
