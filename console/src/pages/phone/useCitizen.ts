/** A citizen's phone: one line of the demo, one call at a time. */
import { onScopeDispose, type Ref, ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import type { SipCredentials } from '@/api/types'
import { Ringer } from '@/phone/ringer'
import { SoftPhone } from '@/phone/softphone'

import { after, type CallState, type CallStep, dialable, type EndReason, endReason } from './call'
import { CitizenSound, type Microphone } from './sound'

const STORED = 'jiesu.citizen-line'
const ENDED_MS = 4000

export type LineState = 'none' | 'connecting' | 'up' | 'down'

export interface Citizen {
  number: Ref<string>
  line: Ref<LineState>
  problem: Ref<unknown>
  state: Ref<CallState>
  /** Whom we talk to. */
  peer: Ref<string>
  /** When talking began, in milliseconds. */
  since: Ref<number>
  ended: Ref<EndReason | null>
  pressed: Ref<string>
  microphone: Ref<Microphone>
  speaking: Ref<string>
  sampleProblem: Ref<string>
  choose: (number: string) => Promise<void>
  leave: () => void
  dial: (number: string) => Promise<void>
  answer: () => Promise<void>
  hangUp: () => void
  press: (key: string) => void
  switchMicrophone: () => Promise<void>
  speak: (name: string, url: string) => Promise<void>
  hush: () => void
  remembered: () => string | null
}

export function useCitizen(hotline: () => string): Citizen {
  const number = ref('')
  const line = ref<LineState>('none')
  const problem = shallowRef<unknown>(null)
  const state = ref<CallState>('idle')
  const peer = ref('')
  const since = ref(0)
  const ended = ref<EndReason | null>(null)
  const pressed = ref('')
  const microphone = ref<Microphone>('off')
  const speaking = ref('')
  const sampleProblem = ref('')
  const ringer = new Ringer()
  const sound = new CitizenSound()
  let phone: SoftPhone | null = null
  let talked = false
  let timer = 0

  function step(taken: CallStep): boolean {
    const next = after(state.value, taken)
    if (next === null) return false
    state.value = next
    return true
  }

  function begin(who: string): void {
    peer.value = who
    pressed.value = ''
    ended.value = null
    talked = false
    clearTimeout(timer)
  }

  const events = {
    registered: () => {
      line.value = 'up'
    },
    lost: () => {
      if (line.value !== 'none') line.value = 'down'
    },
    invite: (from: string) => {
      if (!step('invite')) return
      begin(from)
      ringer.start(from, hotline())
    },
    ringback: () => step('ringback'),
    connected: () => {
      if (!step('connected')) return
      talked = true
      since.value = Date.now()
    },
    held: () => undefined,
    ended: (cause: string) => {
      ringer.stop()
      hush()
      if (!step('end')) return
      ended.value = endReason(cause, talked)
      timer = window.setTimeout(() => {
        ended.value = null
      }, ENDED_MS)
    },
  }

  async function choose(wanted: string): Promise<void> {
    leave()
    problem.value = null
    line.value = 'connecting'
    number.value = wanted
    ringer.unlock()
    void sound.wake()
    try {
      const { sip } = await api.post<{ sip: SipCredentials }>('/api/demo/phone', { number: wanted })
      if (number.value !== wanted) return
      phone = await SoftPhone.open(sip, events)
      sessionStorage.setItem(STORED, wanted)
    } catch (failure) {
      problem.value = failure
      line.value = 'none'
      number.value = ''
    }
  }

  function leave(): void {
    phone?.stop()
    phone = null
    ringer.stop()
    line.value = 'none'
    number.value = ''
    sessionStorage.removeItem(STORED)
  }

  async function dial(typed: string): Promise<void> {
    const wanted = dialable(typed)
    if (!wanted || line.value !== 'up' || !step('dial')) return
    begin(wanted)
    await sound.wake()
    // Given up while the browser woke its sound: nobody is called.
    if (state.value === 'calling') phone?.dial(wanted, sound.stream)
  }

  async function answer(): Promise<void> {
    if (!step('answer')) return
    ringer.stop()
    await sound.wake()
    phone?.answer(sound.stream)
  }

  function hangUp(): void {
    ringer.stop()
    if (phone?.busy) phone.hangUp()
    else step('end')
  }

  function press(key: string): void {
    sound.key(key)
    if (state.value !== 'talking') return
    pressed.value = (pressed.value + key).slice(-24)
    phone?.key(key)
  }

  async function switchMicrophone(): Promise<void> {
    if (microphone.value === 'on') {
      sound.dropMicrophone()
      microphone.value = 'off'
      return
    }
    await sound.wake()
    microphone.value = await sound.useMicrophone()
  }

  async function speak(name: string, url: string): Promise<void> {
    sampleProblem.value = ''
    speaking.value = name
    try {
      await sound.speak(url, () => {
        if (speaking.value === name) speaking.value = ''
      })
    } catch {
      // No sound came: said beside the sample, which can be tried again.
      sampleProblem.value = name
      speaking.value = ''
    }
  }

  function hush(): void {
    sound.hush()
    speaking.value = ''
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    phone?.stop()
    ringer.stop()
    sound.close()
  })

  return {
    number, line, problem, state, peer, since, ended, pressed, microphone, speaking, sampleProblem,
    choose, leave, dial, answer, hangUp, press, switchMicrophone, speak, hush,
    remembered: () => sessionStorage.getItem(STORED),
  }
}
