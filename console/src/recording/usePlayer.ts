/** Sound of one recording: play, seek, speed, leg, silence. The waveform and the transcript both look at this. */
import { computed, onScopeDispose, ref, type Ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import type { Leg, Recording } from '@/api/types'

import { afterSilence, silences, type Span } from './silence'

export const RATES = [0.75, 1, 1.25, 1.5, 2] as const
export const JUMP = 5
const POINTS_A_SECOND = 10
const POINTS_MIN = 400
const POINTS_MAX = 4000

export interface Player {
  audio: HTMLAudioElement
  time: Ref<number>
  playing: Ref<boolean>
  /** Waiting for the server to send sound. */
  waiting: Ref<boolean>
  failed: Ref<boolean>
  rate: Ref<number>
  leg: Ref<Leg>
  legs: Ref<Leg[]>
  seconds: Ref<number>
  skipping: Ref<boolean>
  /** Peaks by leg, 0…1; empty until they are read. */
  peaks: Ref<Partial<Record<Leg, number[]>>>
  peaksProblem: Ref<unknown>
  toggle: () => void
  /** Go there; with `play` also begin to play. */
  seek: (seconds: number, play?: boolean) => void
  jump: (seconds: number) => void
  setRate: (rate: number) => void
  setLeg: (leg: Leg) => void
  readPeaks: () => Promise<void>
}

export function usePlayer(recording: () => Recording | null): Player {
  const audio = new Audio()
  // Nothing is fetched before somebody wants to hear it: listening is logged.
  audio.preload = 'none'
  const time = ref(0)
  const playing = ref(false)
  const waiting = ref(false)
  const failed = ref(false)
  const rate = ref(1)
  const leg = ref<Leg>('mix')
  const skipping = ref(false)
  const peaks = shallowRef<Partial<Record<Leg, number[]>>>({})
  const peaksProblem = shallowRef<unknown>(null)
  const legs = computed(() => (['mix', 'caller', 'agent'] as const).filter((each) => recording()?.legs[each]))
  const seconds = computed(() => recording()?.legs[leg.value]?.seconds ?? recording()?.seconds ?? 0)
  const spans = computed<Span[]>(() => silences(Object.values(peaks.value), seconds.value))
  let frame = 0

  function follow(): void {
    time.value = audio.currentTime
    const beyond = skipping.value ? afterSilence(spans.value, time.value) : null
    if (beyond !== null && beyond < seconds.value) audio.currentTime = beyond
    if (!audio.paused) frame = requestAnimationFrame(follow)
  }

  const on: Record<string, () => void> = {
    play: () => {
      playing.value = true
      frame = requestAnimationFrame(follow)
    },
    pause: () => {
      playing.value = false
      time.value = audio.currentTime
    },
    seeking: () => {
      time.value = audio.currentTime
    },
    waiting: () => {
      waiting.value = true
    },
    playing: () => {
      waiting.value = false
      failed.value = false
    },
    error: () => {
      if (!audio.getAttribute('src')) return
      failed.value = true
      waiting.value = false
      playing.value = false
    },
  }
  for (const [name, run] of Object.entries(on)) audio.addEventListener(name, run)

  function source(): void {
    const current = recording()
    const wanted = current ? `/api/recordings/${encodeURIComponent(current.id)}/audio?leg=${leg.value}` : ''
    if (!wanted || audio.getAttribute('src') === wanted) return
    audio.src = wanted
    audio.playbackRate = rate.value
  }

  async function play(): Promise<void> {
    source()
    audio.playbackRate = rate.value
    try {
      await audio.play()
    } catch (problem) {
      // A pause or another source right after play() aborts it; anything else is reported by `error`.
      if (!(problem instanceof DOMException && problem.name === 'AbortError')) failed.value = true
    }
  }

  function toggle(): void {
    if (!audio.paused) {
      audio.pause()
      return
    }
    if (failed.value) {
      // An element that failed does not try again by itself.
      const at = time.value
      audio.load()
      audio.currentTime = at
    }
    if (seconds.value && time.value >= seconds.value - 0.05) seek(0)
    void play()
  }

  function seek(to: number, andPlay = false): void {
    source()
    const at = Math.max(0, seconds.value ? Math.min(to, seconds.value) : to)
    audio.currentTime = at
    time.value = at
    if (andPlay && audio.paused) void play()
  }

  function setRate(next: number): void {
    rate.value = next
    audio.playbackRate = next
  }

  function setLeg(next: Leg): void {
    if (next === leg.value) return
    const was = playing.value
    const at = time.value
    leg.value = next
    failed.value = false
    source()
    seek(at, was)
  }

  async function readPeaks(): Promise<void> {
    const current = recording()
    if (!current) return
    const apart = legs.value.filter((each) => each !== 'mix')
    const wanted: Leg[] = apart.length === 2 ? apart : legs.value.slice(0, 1)
    const points = Math.round(Math.min(POINTS_MAX, Math.max(POINTS_MIN, seconds.value * POINTS_A_SECOND)))
    const path = `/api/recordings/${encodeURIComponent(current.id)}/peaks` as const
    try {
      const answers = await Promise.all(wanted.map((each) => api.get<{ points: number[] }>(path, { leg: each, points })))
      peaks.value = Object.fromEntries(wanted.map((each, n) => [each, answers[n]?.points ?? []]))
      peaksProblem.value = null
    } catch (problem) {
      peaksProblem.value = problem
    }
  }

  onScopeDispose(() => {
    cancelAnimationFrame(frame)
    audio.pause()
    audio.removeAttribute('src')
    audio.load()
  })

  source()
  return {
    audio, time, playing, waiting, failed, rate, leg, legs, seconds, skipping, peaks, peaksProblem,
    toggle, seek, jump: (by) => seek(time.value + by), setRate, setLeg, readPeaks,
  }
}
