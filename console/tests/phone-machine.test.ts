import { describe, expect, it } from 'vitest'

import { shown } from '@/phone/display'
import { can, IllegalStepError, LEG, type LegStep, LINE, step } from '@/phone/machine'

describe('the leg', () => {
  it('rings, is answered, held, resumed and ends', () => {
    const steps: LegStep[] = ['invite', 'answer', 'connected', 'hold', 'resume', 'end']
    expect(steps.reduce((state, taken) => step(LEG, state, taken), 'none' as keyof typeof LEG)).toBe('none')
  })

  it('refuses what cannot happen', () => {
    expect(() => step(LEG, 'none', 'answer')).toThrow(IllegalStepError)
    expect(() => step(LEG, 'talking', 'invite')).toThrow(IllegalStepError)
    expect(can(LEG, 'ringing', 'hold')).toBe(false)
  })

  it('ends from every state', () => {
    for (const state of Object.keys(LEG) as (keyof typeof LEG)[]) expect(step(LEG, state, 'end')).toBe('none')
  })
})

describe('the line', () => {
  it('comes back after a loss without a new sign-on', () => {
    expect(step(LINE, step(LINE, 'up', 'lost'), 'registered')).toBe('up')
  })

  it('is taken over in every state, and can be taken back', () => {
    for (const state of Object.keys(LINE) as (keyof typeof LINE)[]) expect(step(LINE, state, 'taken_over')).toBe('elsewhere')
    expect(step(LINE, 'elsewhere', 'sign_on')).toBe('connecting')
  })

  it('is never registered by a late answer after sign-off', () => {
    expect(can(LINE, 'off', 'registered')).toBe(false)
    expect(can(LINE, 'elsewhere', 'registered')).toBe(false)
  })
})

describe('what the strip shows', () => {
  it.each([
    ['up', 'none', false, 'ready', 'ready'],
    ['up', 'none', false, 'paused', 'paused'],
    ['up', 'ringing', false, 'ringing', 'ringing'],
    ['up', 'talking', true, 'talking', 'muted'],
    ['up', 'held', true, 'talking', 'held'],
    ['down', 'talking', false, 'talking', 'talking'],
    ['down', 'none', false, 'ready', 'down'],
    ['up', 'none', false, 'talking', 'voice_lost'],
    ['off', 'none', false, 'ready', 'off'],
    ['elsewhere', 'none', false, 'talking', 'elsewhere'],
    ['connecting', 'none', false, 'offline', 'connecting'],
    ['up', 'none', false, 'wrap_up', 'wrap_up'],
  ] as const)('line %s, leg %s, muted %s, server %s: %s', (line, leg, muted, presence, word) => {
    expect(shown(line, leg, muted, presence)).toBe(word)
  })
})
