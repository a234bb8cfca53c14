/**
 * The agent's phone and presence. Two truths meet here: what the server knows (presence, the call's pop) and what this
 * tab's softphone does (line, leg). The server's word decides what is shown; the softphone only carries the voice.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { CallPop, CallState, Presence, SignOn } from '@/api/types'
import { failed } from '@/notify'
import { KeepAlive } from '@/phone/keepalive'
import { can, type Leg, LEG, type LegStep, type Line, LINE, type LineStep, step } from '@/phone/machine'
import { type MicrophoneProblem, microphoneProblem } from '@/phone/microphone'
import { until } from '@/phone/patience'
import { Ringer } from '@/phone/ringer'
import { SoftPhone } from '@/phone/softphone'
import { Tab } from '@/phone/tab'

import { useLive } from './live'
import { useSession } from './session'

/** Ring without the pop rather than not at all. */
const POP_DEADLINE_MS = 1_500

export const usePhone = defineStore('phone', () => {
  const session = useSession()
  const live = useLive()
  const presence = shallowRef<Presence | null>(null)
  const line = ref<Line>('off')
  const leg = ref<Leg>('none')
  const muted = ref(false)
  const busy = ref(false)
  const microphone = ref<MicrophoneProblem | null>(null)
  /** The call on the bench. It stays after its end, until the agent puts it away or the next one comes. */
  const call = shallowRef<CallPop | null>(null)
  const popShown = ref<string | null>(null)
  const rejoinFailed = ref(false)

  const signedOn = computed(() => line.value !== 'off' && line.value !== 'elsewhere')
  const ringing = computed(() => leg.value === 'ringing')
  const inCall = computed(() => leg.value === 'connecting' || leg.value === 'talking' || leg.value === 'held')
  const state = computed(() => presence.value?.state ?? 'offline')
  /** The server says we talk, and this tab carries no voice. */
  const voiceLost = computed(() => state.value === 'talking' && signedOn.value && leg.value === 'none')

  const tab = new Tab(sessionStorage, new BroadcastChannel('jiesu.tabs'))
  const ringer = new Ringer()
  let softphone: SoftPhone | null = null
  let expected: string | null = null // the call that we asked back: its INVITE is answered at once
  let talked: string | null = null
  let dismissed: string | null = null
  let reading: Promise<void> | null = null
  let readAgain = false

  const moveLine = (taken: LineStep): void => {
    line.value = step(LINE, line.value, taken)
  }
  const moveLeg = (taken: LegStep): boolean => {
    if (!can(LEG, leg.value, taken)) return false
    leg.value = step(LEG, leg.value, taken)
    return true
  }

  const keepAlive = new KeepAlive(() => tab.id, {
    renewed: (answer) => softphone?.renew(answer.sip),
    takenOver: letGo,
    forgotten: () => {
      if (!inCall.value) void signOn()
    },
  })

  // What the server knows

  function readPresence(): Promise<void> {
    if (reading) {
      readAgain = true
      return reading
    }
    reading = api
      .get<Presence>('/api/presence')
      .then(take)
      .finally(() => {
        reading = null
        if (readAgain) {
          readAgain = false
          void readPresence().catch(() => undefined)
        }
      })
    return reading
  }

  function take(next: Presence): void {
    presence.value = next
    if (next.state === 'talking') talked = next.call?.call_id ?? talked
    if (next.call && (next.call.call_id !== dismissed || next.state === 'talking')) call.value = next.call
    else if (call.value && talked !== call.value.call_id) call.value = null
    else if (call.value) call.value = { ...call.value, state: 'ended' }
    if (line.value === 'off' && next.tab && next.tab !== tab.id && next.state !== 'offline') moveLine('taken_over')
    if (line.value === 'elsewhere' && next.state === 'offline') moveLine('sign_off')
  }

  async function offered(callId: string): Promise<void> {
    const pop = await api.get<CallPop>(`/api/calls/${encodeURIComponent(callId)}/pop`)
    if (inCall.value && call.value?.call_id !== callId) return
    call.value = pop
  }

  const quietly = (work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error
    })
  }
  live.on('presence.changed', ({ agent_id }) => {
    if (agent_id === session.person?.id) quietly(readPresence())
  })
  live.on('call.offered', ({ call_id, agent_id }) => {
    if (agent_id === session.person?.id && typeof call_id === 'string') quietly(offered(call_id))
  })
  live.on('call.changed', ({ call_id, state: next }) => {
    if (!call.value || call_id !== call.value.call_id) return
    if (typeof next === 'string') call.value = { ...call.value, state: next as CallState }
    else quietly(readPresence())
  })
  live.on('presence.taken_over', ({ agent_id, tab: loser }) => {
    if (agent_id === session.person?.id && loser === tab.id) letGo()
  })
  live.onGap(() => {
    if (!session.isAgent) return
    quietly(readPresence())
    void keepAlive.renew()
  })

  /** The console opens (or was reloaded): find out what goes on, bring the phone back if it was ours. */
  async function begin(): Promise<void> {
    await tab.settled
    await readPresence()
    const mine = tab.wanted && presence.value?.tab === tab.id
    if (mine) await signOn()
  }

  // Sign-on

  async function signOn(): Promise<void> {
    if (busy.value) return
    busy.value = true
    try {
      ringer.unlock()
      microphone.value = await microphoneProblem()
      if (microphone.value) return
      await tab.settled
      const answer = await api.post<SignOn>('/api/presence/sign-on', { tab: tab.id })
      tab.wanted = true
      softphone?.abandon()
      moveLine('sign_on')
      softphone = await SoftPhone.open(answer.sip, events)
      keepAlive.start()
      take(answer.presence)
    } catch (error) {
      if (line.value === 'connecting') moveLine('sign_off')
      failed(error)
    } finally {
      busy.value = false
    }
  }

  async function signOff(): Promise<void> {
    await api.post('/api/presence/sign-off')
    tab.wanted = false
    keepAlive.stop()
    softphone?.stop()
    softphone = null
    moveLine('sign_off')
    call.value = null
    await readPresence()
  }

  /** Another tab has the phone now. Not a word to Asterisk: that tab may be carrying the same call on. */
  function letGo(): void {
    tab.wanted = false
    keepAlive.stop()
    ringer.stop()
    softphone?.abandon()
    softphone = null
    leg.value = 'none'
    moveLine('taken_over')
    quietly(readPresence())
  }

  // The voice

  const events = {
    registered: () => {
      const first = line.value === 'connecting'
      moveLine('registered')
      if (first && state.value === 'talking' && leg.value === 'none') void rejoin()
    },
    lost: () => {
      if (signedOn.value) moveLine('lost')
    },
    invite: () => {
      if (!moveLeg('invite')) return
      muted.value = false
      if (expected) answer()
      else void ring()
    },
    connected: () => {
      if (!moveLeg('connected')) return
      expected = null
      rejoinFailed.value = false
      talked = call.value?.call_id ?? talked
    },
    held: (on: boolean) => moveLeg(on ? 'hold' : 'resume'),
    ended: (cause: string) => {
      moveLeg('end')
      ringer.stop()
      muted.value = false
      if (cause === 'User Denied Media Access') void microphoneProblem().then((found) => (microphone.value = found ?? 'busy'))
      quietly(readPresence())
    },
  }

  /** The citizen is on the screen first, then it rings. */
  async function ring(): Promise<void> {
    if (!call.value || call.value.state === 'ended') quietly(readPresence())
    await until(() => call.value !== null && popShown.value === call.value.call_id, POP_DEADLINE_MS)
    if (leg.value === 'ringing') ringer.start(call.value?.caller_masked ?? '', call.value?.line ?? '')
  }

  function answer(): void {
    if (!moveLeg('answer')) return
    ringer.stop()
    softphone?.answer()
  }

  function hangUp(): void {
    if (softphone?.busy) softphone.hangUp()
    else if (voiceLost.value && call.value) quietly(api.post(`/api/calls/${encodeURIComponent(call.value.call_id)}/hangup`))
  }

  /** Bring the citizen, who hears music meanwhile, back to this tab. */
  async function rejoin(): Promise<void> {
    const current = presence.value?.call
    if (!current) return
    expected = current.call_id
    rejoinFailed.value = false
    try {
      await api.post(`/api/calls/${encodeURIComponent(current.call_id)}/rejoin`)
    } catch (error) {
      expected = null
      rejoinFailed.value = true
      failed(error)
    }
  }

  const hold = (): void => softphone?.hold(leg.value !== 'held')
  const pressKey = (tone: string): void => softphone?.key(tone)
  function mute(): void {
    if (!inCall.value) return
    muted.value = !muted.value
    softphone?.mute(muted.value)
  }

  // Presence

  async function change(work: Promise<unknown>): Promise<void> {
    try {
      await work
      await readPresence()
    } catch (error) {
      failed(error)
    }
  }
  const ready = (): Promise<void> => change(api.post('/api/presence/state', { state: 'ready' }))
  const pause = (reason: string): Promise<void> => change(api.post('/api/presence/state', { state: 'paused', reason }))
  const wrapUpDone = (): Promise<void> => change(api.post('/api/presence/wrap-up-done'))

  /** The bench is done with this call. */
  function putAway(): void {
    if (inCall.value || ringing.value || call.value?.state !== 'ended') return
    dismissed = call.value.call_id
    call.value = null
  }

  return {
    presence, line, leg, muted, busy, microphone, call, popShown, rejoinFailed,
    signedOn, ringing, inCall, state, voiceLost,
    begin, signOn, signOff, answer, hangUp, rejoin, hold, mute, pressKey, ready, pause, wrapUpDone, putAway, readPresence,
  }
})
