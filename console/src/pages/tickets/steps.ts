/** What each step asks for. The server's table (`tickets.state`) says when it may be taken; here is only its dialog. Pure. */
import type { Ticket } from '@/api/types'

export type Kind = 'words' | 'line' | 'choice' | 'moment' | 'unit' | 'units' | 'assisting' | 'person' | 'ticket' | 'yes_no'

/** `options`: keys of `tickets.option`. `of`: whose people are offered. `when`: asked only then. */
export interface Ask {
  name: string
  kind: Kind
  optional?: boolean
  options?: readonly string[]
  of?: 'ticket' | 'unit_id'
  when?: (given: Record<string, unknown>) => boolean
  limit?: number
}

const reason: Ask = { name: 'reason', kind: 'words', limit: 500 }
const note: Ask = { name: 'note', kind: 'words', optional: true, limit: 500 }
const words: Ask = { name: 'words', kind: 'words', limit: 5000 }

export const STEPS = {
  accept: [],
  dispatch: [
    { name: 'unit_id', kind: 'unit' },
    { name: 'person_id', kind: 'person', of: 'unit_id', optional: true },
    { name: 'handling', kind: 'choice', options: ['transfer', 'assign', 'submit'] },
    { name: 'basis', kind: 'words', limit: 500 },
    { name: 'assisting', kind: 'units', optional: true },
  ],
  sign: [{ name: 'person_id', kind: 'person', of: 'ticket', optional: true }],
  sign_assist: [],
  submit_reply: [
    { name: 'finding', kind: 'choice', options: ['true', 'mostly_true', 'untrue', 'unverifiable', 'not_applicable'] },
    { name: 'handling_notes', kind: 'words', limit: 10_000 },
    { name: 'public_reply', kind: 'words', limit: 5000 },
    { name: 'reply_mode', kind: 'choice', options: ['phone', 'face_to_face', 'written', 'sms'] },
    { name: 'resolved', kind: 'yes_no' },
    { name: 'unresolved_reason', kind: 'words', limit: 1000, when: ({ resolved }) => resolved === false },
  ],
  approve_reply: [note],
  send_back: [reason],
  approve_return: [note],
  refuse_return: [reason],
  approve_extension: [note],
  refuse_extension: [reason],
  mark: [{ name: 'milestone', kind: 'choice', options: ['contacted', 'arrived', 'restored'] }, { ...note, limit: 5000 }],
  note: [words],
  request_return: [reason],
  request_extension: [{ name: 'new_due', kind: 'moment' }, reason],
  hold: [
    { name: 'code', kind: 'choice', options: ['transmission', 'capability', 'shirking', 'resource'] },
    { name: 'until', kind: 'moment' },
    reason,
  ],
  resume: [note],
  name_handler: [{ name: 'person_id', kind: 'person', of: 'ticket' }],
  split: [
    { name: 'unit_id', kind: 'unit' },
    { name: 'person_id', kind: 'person', of: 'unit_id' },
    { name: 'title', kind: 'line', limit: 100 },
    { name: 'body', kind: 'words', limit: 10_000 },
    { name: 'due_at', kind: 'moment' },
  ],
  assist: [{ name: 'unit_id', kind: 'unit' }, note],
  release: [{ name: 'unit_id', kind: 'assisting' }, reason],
  withdraw: [reason],
  convene: [words],
  conclude: [words],
  submit: [words],
  decide: [words],
  ask_more: [reason],
  complete: [],
  hand_over: [{ name: 'service', kind: 'choice', options: ['110', '119', '120', '122'] }, note],
  merge: [{ name: 'into', kind: 'ticket' }],
  unmerge: [],
  decline: [{ name: 'code', kind: 'choice', options: ['not_our_remit', 'in_court', 'repeated', 'unclear', 'malicious', 'other'] }, reason],
  reopen: [reason],
} satisfies Record<string, Ask[]>

export type StepName = keyof typeof STEPS
export const ORDER = Object.keys(STEPS) as StepName[]
/** What somebody came for: shown as buttons; the rest waits in a menu. */
const FIRST: StepName[] = [
  'accept', 'dispatch', 'sign', 'sign_assist', 'submit_reply', 'approve_reply', 'send_back', 'approve_return', 'refuse_return', 'approve_extension',
  'refuse_extension', 'resume', 'conclude', 'decide', 'complete', 'unmerge',
]

/** The steps this person may take now. A child order's review is its own step of the table with the same dialog. */
export function open(ticket: Ticket): { first: StepName[]; more: StepName[] } {
  const allowed = new Set(ticket.allowed.filter((each) => each.allowed).map(({ step }) => (step === 'approve_part' ? 'approve_reply' : step)))
  const steps = ORDER.filter((step) => allowed.has(step))
  return { first: steps.filter((step) => FIRST.includes(step)), more: steps.filter((step) => !FIRST.includes(step)) }
}

/** The questions to put, given what was answered so far. */
export function asked(step: StepName, given: Record<string, unknown>): Ask[] {
  return (STEPS[step] as Ask[]).filter(({ when }) => !when || when(given))
}

/** The first question without its answer. */
export function lacking(step: StepName, given: Record<string, unknown>): string | null {
  const empty = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'string' && !value.trim())
  return asked(step, given).find(({ name, optional }) => !optional && empty(given[name]))?.name ?? null
}

/** What goes to the server: only what is asked and answered; moments with their zone. */
export function body(step: StepName, given: Record<string, unknown>): Record<string, unknown> {
  const told: Record<string, unknown> = {}
  for (const { name, kind } of asked(step, given)) {
    const value = given[name]
    if (value === undefined || value === null || value === '') continue
    told[name] = kind === 'moment' ? new Date(String(value)).toISOString() : typeof value === 'string' ? value.trim() : value
  }
  return told
}
