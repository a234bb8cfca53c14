/** One word for the strip, out of what the line, the leg and the server's presence say. */
import type { PresenceState } from '@/api/types'

import type { Leg, Line } from './machine'

export type Shown = 'off' | 'elsewhere' | 'connecting' | 'down' | 'ready' | 'paused' | 'ringing' | 'talking' | 'held' | 'muted' | 'voice_lost' | 'wrap_up'
export type Tone = 'green' | 'amber' | 'red' | 'blue' | 'grey'

export const TONES: Record<Shown, Tone> = {
  off: 'grey', elsewhere: 'grey', connecting: 'grey', down: 'red', ready: 'green', paused: 'amber', ringing: 'blue',
  talking: 'blue', held: 'amber', muted: 'amber', voice_lost: 'red', wrap_up: 'amber',
}

export function shown(line: Line, leg: Leg, muted: boolean, presence: PresenceState): Shown {
  // A live voice outranks everything: a lost registration does not end a call.
  if (leg === 'held') return 'held'
  if (leg === 'talking' || leg === 'connecting') return muted ? 'muted' : 'talking'
  if (leg === 'ringing') return 'ringing'
  if (line === 'elsewhere') return 'elsewhere'
  if (line === 'off' || presence === 'offline') return line === 'connecting' ? 'connecting' : 'off'
  if (line === 'connecting') return 'connecting'
  if (presence === 'talking') return 'voice_lost'
  if (line === 'down') return 'down'
  return presence
}
