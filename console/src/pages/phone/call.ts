/** A citizen's call as a table. An illegal step is answered with null and nothing changes: late events of the wire are no fault. */
export type CallState = 'idle' | 'calling' | 'ringback' | 'ringing' | 'connecting' | 'talking'
export type CallStep = 'dial' | 'ringback' | 'invite' | 'answer' | 'connected' | 'end'

const TABLE: Record<CallState, Partial<Record<CallStep, CallState>>> = {
  idle: { dial: 'calling', invite: 'ringing' },
  calling: { ringback: 'ringback', connected: 'talking', end: 'idle' },
  ringback: { ringback: 'ringback', connected: 'talking', end: 'idle' },
  ringing: { answer: 'connecting', end: 'idle' },
  connecting: { connected: 'talking', end: 'idle' },
  talking: { end: 'idle' },
}

export function after(state: CallState, step: CallStep): CallState | null {
  return TABLE[state][step] ?? null
}

export type EndReason = 'over' | 'busy' | 'no_answer' | 'refused' | 'microphone' | 'unreachable'

/** Why a call ended, from JsSIP's word for it and whether both had spoken. */
export function endReason(cause: string, talked: boolean): EndReason {
  if (talked) return 'over'
  const reasons: Record<string, EndReason> = {
    Busy: 'busy',
    'No Answer': 'no_answer',
    'Request Timeout': 'no_answer',
    Rejected: 'refused',
    Unavailable: 'unreachable',
    'Not Found': 'unreachable',
    'Connection Error': 'unreachable',
    'SIP Failure Code': 'unreachable',
    'Internal Error': 'unreachable',
    'User Denied Media Access': 'microphone',
  }
  return reasons[cause] ?? 'over'
}

/** What a person types as a number: digits, * and #, a leading +; the rest is dropped. */
export function dialable(typed: string): string {
  return typed.replace(/(?!^\+)[^0-9*#]/g, '').slice(0, 20)
}
