/** The phone as two small tables: the line (registration) and the leg (the call). An illegal step raises, nothing changes. */

/** off → connecting → up; `down`: lost, coming back by itself; `elsewhere`: another tab has the phone. */
export type Line = 'off' | 'connecting' | 'up' | 'down' | 'elsewhere'
export type LineStep = 'sign_on' | 'registered' | 'lost' | 'taken_over' | 'sign_off'

export type Leg = 'none' | 'ringing' | 'connecting' | 'talking' | 'held'
export type LegStep = 'invite' | 'answer' | 'connected' | 'hold' | 'resume' | 'end'

type Table<State extends string, Step extends string> = Record<State, Partial<Record<Step, State>>>

export const LINE: Table<Line, LineStep> = {
  off: { sign_on: 'connecting', taken_over: 'elsewhere', sign_off: 'off' },
  connecting: { sign_on: 'connecting', registered: 'up', lost: 'down', taken_over: 'elsewhere', sign_off: 'off' },
  up: { sign_on: 'connecting', registered: 'up', lost: 'down', taken_over: 'elsewhere', sign_off: 'off' },
  down: { sign_on: 'connecting', registered: 'up', lost: 'down', taken_over: 'elsewhere', sign_off: 'off' },
  elsewhere: { sign_on: 'connecting', taken_over: 'elsewhere', sign_off: 'off' },
}

export const LEG: Table<Leg, LegStep> = {
  none: { invite: 'ringing', end: 'none' },
  ringing: { answer: 'connecting', end: 'none' },
  connecting: { connected: 'talking', end: 'none' },
  talking: { hold: 'held', end: 'none' },
  held: { resume: 'talking', end: 'none' },
}

export class IllegalStepError extends Error {}

export function step<State extends string, Step extends string>(table: Table<State, Step>, state: State, taken: Step): State {
  const next = table[state][taken]
  if (next === undefined) throw new IllegalStepError(`${taken} is not possible while ${state}`)
  return next
}

export function can<State extends string, Step extends string>(table: Table<State, Step>, state: State, wanted: Step): boolean {
  return table[state][wanted] !== undefined
}
