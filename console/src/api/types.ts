/**
 * Shapes of the HTTP API, taken from `schema.d.ts` (generated from the server's OpenAPI), with the words of enumerations
 * narrowed. A field that the server renames breaks the type-check here. Times are ISO 8601 with offset; durations seconds.
 */
import type { components } from './schema'

type Schema = components['schemas']
/** T with some of its own fields narrower. */
type Narrow<T, N extends { [K in keyof N]: K extends keyof T ? unknown : never }> = Omit<T, keyof N> & N

export type Petitioner = 'person' | 'company' | 'organisation'
export type Role =
  | 'operator' | 'dispatcher' | 'signer' | 'handler' | 'unit_leader' | 'reviewer' | 'supervisor' | 'leader' | 'inspector' | 'auditor' | 'higher' | 'grid_worker' | 'admin' | 'vendor'
export type Person = Narrow<Schema['PersonOut'], { locale: 'zh-CN' | 'en'; roles: Role[] }>
export type Session = Narrow<Schema['SessionOut'], { person: Person }>
export type Status = Schema['Status']

export type PresenceState = 'offline' | 'ready' | 'paused' | 'ringing' | 'talking' | 'wrap_up'
export type Presence = Narrow<Schema['PresenceOut'], { state: PresenceState; call: CallPop | null }>
export type SipCredentials = Schema['SipOut']
export type SignOn = Narrow<Schema['SignedOnOut'], { presence: Presence }>
export type Agent = Narrow<Schema['AgentOut'], { state: PresenceState }>

export type CallState = 'entered' | 'waiting' | 'offered' | 'talking' | 'ended'
export type CallOutcome = 'answered' | 'abandoned' | 'self_service' | 'message' | 'failed'
export type EarlierTicket = Narrow<Schema['EarlierTicketOut'], { state: TicketState }>
export type CallPop = Narrow<Schema['PopOut'], { state: CallState; history: EarlierTicket[] }>
export type CallRow = Narrow<
  Schema['CallOut'],
  { state: CallState; outcome: CallOutcome | null; ticket_state: TicketState | null; recording_state: RecordingState | null; transcript_state: TranscriptState | null }
>
export type Recall = Narrow<Schema['RecallOut'], { state: 'open' | 'cancelled' | 'done' }>

export type RecallOutcome = 'reached' | 'not_reached' | 'wrong_number'
export type RecallTold = Schema['ToldOut']
export type Revealed = Schema['Revealed']
export type RevealReason = 'call_back' | 'verify' | 'hand_over' | 'other'

/** `more`: there are more than `total`. */
export interface Page<Row> {
  items: Row[]
  total: number
  more?: boolean
}
export type WorkQueue = Schema['QueueOut']
export type UnitChoice = Schema['UnitChoice']
export type PersonChoice = Schema['PersonChoice']
export type Relative = Narrow<Schema['RelativeOut'], { state: TicketState }>

export type TicketState =
  | 'draft' | 'discarded' | 'received' | 'incomplete' | 'answered' | 'declined' | 'handed_over' | 'merged' | 'triaged' | 'conference' | 'submitted'
  | 'dispatched' | 'return_requested' | 'in_progress' | 'extension_requested' | 'on_hold' | 'in_review' | 'awaiting_survey' | 'closed' | 'reopened'
export type TicketKind = 'consult' | 'help' | 'complaint' | 'report' | 'suggest' | 'praise'
export type Urgency = 'normal' | 'urgent' | 'critical'
export type Secrecy = 'open' | 'anonymous' | 'confidential'
export type Channel = 'phone' | 'sms' | 'web' | 'wechat' | 'grid'
export type Verdict = Schema['VerdictOut']
interface TicketWords {
  kind: TicketKind | null
  state: TicketState
  urgency: Urgency
  channel: Channel
}
export type TicketRow = Narrow<Schema['TicketRow'], TicketWords>

/** What a person may change (`tickets.rules.FIELDS`). */
export type TicketField =
  | 'petitioner' | 'contact' | 'kind' | 'title' | 'body' | 'category' | 'place' | 'place_code' | 'lat' | 'lng' | 'petitioner_kind' | 'subject' | 'occurred_at' | 'urgency' | 'secrecy' | 'language'
export type TicketFields = Pick<Ticket, TicketField>

export type TimelineRow = Schema['NodeOut']
export type Suggestion = Narrow<Schema['SuggestionOut'], { field: TicketField; state: 'offered' | 'accepted' | 'refused' }>
export type RecordingState = 'recording' | 'sealed' | 'repaired' | 'short' | 'missing' | 'failed'
export type Leg = 'mix' | 'caller' | 'agent'
export type Recording = Narrow<
  Schema['RecordingOut'],
  { kind: 'talk' | 'message'; state: RecordingState; legs: Partial<Record<Leg, { seconds: number; sha256: string }>> }
>
export type TranscriptState = 'queued' | 'running' | 'done' | 'none' | 'failed'
export interface TranscriptWord {
  speaker: 'caller' | 'agent'
  word: string
  start: number
  end: number
  confidence: number | null
}
export type Transcript = Narrow<Schema['TranscriptOut'], { state: TranscriptState; words: TranscriptWord[] }>
export type SurveyAttempt = Schema['AttemptOut']
export type Survey = Narrow<Schema['SurveyOut'], { state: 'due' | 'running' | 'done' | 'unreached' | 'uncertain' | 'cancelled' }>
export type Uncertain = Narrow<Schema['UncertainOut'], { what: 'message' | 'survey' }>
export type AllowedStep = Schema['AllowedOut']
export type Ticket = Narrow<
  Schema['TicketOut'],
  TicketWords & {
    secrecy: Secrecy
    petitioner_kind: Petitioner | null
    suggestions: Suggestion[]
    relatives: Relative[]
    call: CallRow | null
    recording: Recording | null
    transcript: Transcript | null
    survey: Survey | null
  }
>

/** `details` of a 409 answer to a change of a ticket. */
export interface TicketConflict {
  version: number
  meanwhile?: { kind: string; actor_name: string; at: string }[]
  changed: Partial<Record<TicketField, { yours: unknown; theirs: unknown }>>
}

export type ClocksOverview = Schema['ClocksOut']
export type CalendarDay = Schema['CalendarDayOut']
export type Season = Narrow<Schema['SeasonOut'], { spans: [string, string][] }>
export type CalendarYear = Narrow<Schema['CalendarOut'], { hours: Season[] }>
export type DurationUnit = 'work_days' | 'work_minutes' | 'wall_minutes'
export type ClockRule = Narrow<Schema['ClockRuleOut'], { unit: DurationUnit }>
export type DueSum = Schema['DueOut']
export type Deadline = Schema['DeadlineOut']
export type Reminder = Schema['ReminderOut']
export type GridStep = 'take' | 'arrive' | 'resolve' | 'escalate' | 'hand_up' | 'release' | 'verify' | 'send_back'
export type GridState = 'sent' | 'taken' | 'arrived' | 'resolved' | 'escalated' | 'handed_up' | 'verified' | 'sent_back'
interface GridWords {
  kind: 'found' | 'respond' | 'verify'
  state: GridState
  steps: GridStep[]
}
export type GridTask = Narrow<Schema['TaskOut'], GridWords>
export type GridEvent = Narrow<Schema['EventOut'], { details: { photos?: string[]; to?: string; reason?: string } }>
export type GridTaskWithHistory = Narrow<Schema['TaskWithHistory'], GridWords & { events: GridEvent[] }>
export type GridServing = Schema['ServingOut']
export type GridMatter = Schema['MatterOut']
export type GridAction = Schema['ActionIn']
export type GridActed = Narrow<Schema['Acted'], { task: GridTask | null }>
export type GridLoad = Narrow<Schema['LoadOut'], { load: 'idle' | 'normal' | 'busy' | 'overdue' }>
export type GridDetail = Schema['GridDetail']
export type GridStaff = Schema['StaffOut']
export type GridFeature = Narrow<Schema['FeatureOut'], { layer: 'grid' | 'area'; change: 'new' | 'changed' | 'same' | '' }>
