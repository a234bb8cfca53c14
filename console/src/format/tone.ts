/** Which lamp a state carries. The word always stands beside it. */
import type { CallOutcome, RecordingState, TicketState, TranscriptState, Urgency } from '@/api/types'

export type Tone = 'green' | 'amber' | 'red' | 'blue' | 'grey'

export const ticketTone: Record<TicketState, Tone> = {
  draft: 'amber',
  discarded: 'grey',
  received: 'blue',
  incomplete: 'amber',
  answered: 'green',
  declined: 'grey',
  handed_over: 'grey',
  merged: 'grey',
  triaged: 'blue',
  conference: 'blue',
  submitted: 'blue',
  dispatched: 'blue',
  return_requested: 'amber',
  in_progress: 'blue',
  extension_requested: 'amber',
  on_hold: 'amber',
  in_review: 'blue',
  awaiting_survey: 'green',
  closed: 'green',
  reopened: 'amber',
}
export const urgencyTone: Record<Urgency, Tone> = { normal: 'grey', urgent: 'amber', critical: 'red' }
export const outcomeTone: Record<CallOutcome, Tone> = { answered: 'green', abandoned: 'amber', self_service: 'grey', message: 'blue', failed: 'red' }
export const recordingTone: Record<RecordingState, Tone> = { recording: 'blue', sealed: 'green', repaired: 'amber', short: 'amber', missing: 'red', failed: 'red' }
export const transcriptTone: Record<TranscriptState, Tone> = { queued: 'grey', running: 'blue', done: 'green', none: 'grey', failed: 'amber' }
