/** Shapes of the HTTP API. Times are ISO 8601 with offset; durations are seconds. */

export type Role = 'operator' | 'dispatcher' | 'handler' | 'supervisor' | 'leader' | 'admin'

export interface Person {
  id: string
  login: string
  name: string
  locale: 'zh-CN' | 'en'
  roles: Role[]
  extension: string | null
}

export interface Session {
  person: Person
  csrf: string
  demo: boolean
  area_name: string
}

export type PresenceState = 'offline' | 'ready' | 'paused' | 'ringing' | 'talking' | 'wrap_up'

export interface Presence {
  state: PresenceState
  reason: string | null
  /** A pause asked for during a call: it begins after it and its wrap-up. */
  pause_after: string | null
  since: string
  extension: string
  reachable: boolean
  tab: string | null
  wrap_up_until: string | null
  call: CallPop | null
}

export interface SipCredentials {
  uri: string
  username: string
  password: string
  path: string
  expires_at: string
}

export interface SignOn {
  presence: Presence
  sip: SipCredentials
}

export interface Agent {
  id: string
  name: string
  extension: string
  state: PresenceState
  reason: string | null
  since: string
}

export type CallState = 'entered' | 'waiting' | 'offered' | 'talking' | 'ended'
export type CallOutcome = 'answered' | 'abandoned' | 'self_service' | 'message' | 'failed'

export interface EarlierTicket {
  id: string
  ticket_no: string | null
  title: string | null
  state: TicketState
  created_at: string
  open: boolean
}

export interface CallPop {
  call_id: string
  line: string
  caller: string | null
  caller_masked: string
  place: string | null
  state: CallState
  entered_at: string
  waiting_seconds: number
  answered_at: string | null
  fallback: boolean
  ticket_id: string | null
  history: EarlierTicket[]
}

export interface CallRow {
  id: string
  line: string
  caller_masked: string
  state: CallState
  outcome: CallOutcome | null
  entered_at: string
  waiting_seconds: number | null
  talk_seconds: number | null
  agent_name: string | null
  ticket_id: string | null
  ticket_no: string | null
  recording_state: RecordingState | null
  transcript_state: TranscriptState | null
}

export interface Recall {
  id: string
  caller_masked: string
  line: string
  at: string
  reason: string | null
  state: 'open' | 'cancelled' | 'done'
}

export interface Page<Row> {
  items: Row[]
  total: number
}

export type TicketState = 'draft' | 'filed' | 'closed' | 'discarded'
export type TicketKind = 'consult' | 'help' | 'complaint' | 'report' | 'suggest' | 'praise'
export type Urgency = 'normal' | 'urgent' | 'critical'
export type Secrecy = 'open' | 'anonymous' | 'confidential'
export type Channel = 'phone' | 'sms' | 'web' | 'wechat'

export interface Verdict {
  solved: boolean | null
  satisfaction: number | null
  at?: string
}

export interface TicketRow {
  id: string
  ticket_no: string | null
  title: string | null
  kind: TicketKind | null
  state: TicketState
  urgency: Urgency
  place: string | null
  caller_masked: string | null
  channel: Channel
  created_at: string
  filed_at: string | null
  closed_at: string | null
  verdict: Verdict | null
  highlight: string | null
}

/** What an agent may change while a ticket is a draft. */
export interface TicketFields {
  petitioner: string | null
  contact: string | null
  kind: TicketKind | null
  title: string | null
  body: string | null
  category: string | null
  place: string | null
  subject: string | null
  occurred_at: string | null
  urgency: Urgency
  secrecy: Secrecy
  language: string | null
}
export type TicketField = keyof TicketFields

export interface TimelineRow {
  id: number
  at: string
  kind: string
  actor_name: string | null
  text: string
  details: Record<string, unknown>
  dwell_seconds: number | null
}

export interface Suggestion {
  field: TicketField
  value: string
  confidence: number | null
  words: string | null
  start: number | null
  end: number | null
  state: 'offered' | 'accepted' | 'refused'
}

export type RecordingState = 'recording' | 'sealed' | 'repaired' | 'short' | 'missing' | 'failed'
export type Leg = 'mix' | 'caller' | 'agent'

export interface Recording {
  id: string
  state: RecordingState
  seconds: number | null
  talk_seconds: number | null
  problem: string | null
  legs: Partial<Record<Leg, { bytes: number; seconds: number; sha256: string }>>
}

export type TranscriptState = 'queued' | 'running' | 'done' | 'none' | 'failed'

export interface TranscriptWord {
  speaker: 'caller' | 'agent'
  word: string
  start: number
  end: number
  confidence: number | null
}

export interface Transcript {
  state: TranscriptState
  engine: string | null
  model: string | null
  reason: string | null
  words: TranscriptWord[]
  text: string | null
}

export interface SurveyAttempt {
  n: number
  state: string
  at: string
}

export interface Survey {
  state: 'due' | 'running' | 'done' | 'unreached' | 'uncertain' | 'cancelled'
  attempts: SurveyAttempt[]
  verdict: Verdict | null
}

export interface AllowedStep {
  step: string
  allowed: boolean
  why: string | null
}

export interface Ticket extends TicketFields {
  id: string
  ticket_no: string | null
  channel: Channel
  origin_line: string | null
  caller: string | null
  state: TicketState
  public_reply: string | null
  call_id: string | null
  created_at: string
  filed_at: string | null
  closed_at: string | null
  version: number
  timeline: TimelineRow[]
  suggestions: Suggestion[]
  call: CallRow | null
  recording: Recording | null
  transcript: Transcript | null
  survey: Survey | null
  allowed: AllowedStep[]
}

/** `details` of a 409 answer to a change of a ticket. */
export interface TicketConflict {
  version: number
  changed: Partial<Record<TicketField, { yours: unknown; theirs: unknown }>>
}
