/** Which lamp a state carries. The word always stands beside it. */
import type { CallOutcome, RecordingState, TicketState, TranscriptState, Urgency } from '@/api/types'

export type Tone = 'green' | 'amber' | 'red' | 'blue' | 'grey'

export const ticketTone: Record<TicketState, Tone> = { draft: 'amber', filed: 'blue', closed: 'green', discarded: 'grey' }
export const urgencyTone: Record<Urgency, Tone> = { normal: 'grey', urgent: 'amber', critical: 'red' }
export const outcomeTone: Record<CallOutcome, Tone> = { answered: 'green', abandoned: 'amber', self_service: 'grey', message: 'blue', failed: 'red' }
export const recordingTone: Record<RecordingState, Tone> = { recording: 'blue', sealed: 'green', repaired: 'amber', short: 'amber', missing: 'red', failed: 'red' }
export const transcriptTone: Record<TranscriptState, Tone> = { queued: 'grey', running: 'blue', done: 'green', none: 'grey', failed: 'amber' }
