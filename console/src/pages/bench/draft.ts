/** What the agent typed, over what the server has. Pure: every function returns a new value. */
import type { Ticket, TicketField, TicketFields } from '@/api/types'

export type Changes = Partial<TicketFields>
export type Value = TicketFields[TicketField]
export type Conflicts = Partial<Record<TicketField, { yours: Value; theirs: Value }>>

export const FIELDS: readonly TicketField[] = [
  'title', 'kind', 'urgency', 'secrecy', 'place', 'place_code', 'lat', 'lng', 'body', 'category', 'subject', 'petitioner', 'petitioner_kind', 'contact', 'occurred_at', 'language',
]

/** Empty text and nothing are the same to the server. */
export function same(a: unknown, b: unknown): boolean {
  const plain = (value: unknown): unknown => (typeof value === 'string' ? value.trim() || null : (value ?? null))
  return plain(a) === plain(b)
}

export function edit(base: TicketFields, changes: Changes, field: TicketField, value: Value): Changes {
  const next: Changes = { ...changes, [field]: value }
  if (same(base[field], value) && base[field] === value) delete next[field]
  return next
}

/**
 * The server's ticket moved from `base` to `next` under our changes. What both changed, differently, is a conflict;
 * what came out the same is no change any more.
 */
export function rebase(base: TicketFields, changes: Changes, next: TicketFields): { changes: Changes; conflicts: Conflicts } {
  const kept: Changes = {}
  const conflicts: Conflicts = {}
  for (const field of Object.keys(changes) as TicketField[]) {
    const mine = changes[field] as Value
    if (same(mine, next[field])) continue
    ;(kept as Record<string, Value>)[field] = mine
    if (!same(base[field], next[field])) conflicts[field] = { yours: mine, theirs: next[field] }
  }
  return { changes: kept, conflicts }
}

/** After a save: what was sent is the server's now, what was typed meanwhile stays. */
export function afterSave(changes: Changes, sent: Changes): Changes {
  const kept: Changes = { ...changes }
  for (const field of Object.keys(sent) as TicketField[]) if (kept[field] === sent[field]) delete kept[field]
  return kept
}

/** Fields that may be sent now: those in conflict wait for the agent's choice. */
export function sendable(changes: Changes, conflicts: Conflicts): Changes {
  return Object.fromEntries(Object.entries(changes).filter(([field]) => !(field in conflicts))) as Changes
}

/** A pin is two fields and goes as one: half of it would be refused. */
export function withPin(sent: Changes, values: TicketFields): Changes {
  return 'lat' in sent || 'lng' in sent ? { ...sent, lat: values.lat, lng: values.lng } : sent
}

/** The fields of a ticket alone, to remember what a local copy was typed over. */
export function fieldsOf(ticket: Ticket): TicketFields {
  return Object.fromEntries(FIELDS.map((field) => [field, ticket[field]])) as unknown as TicketFields
}

/** What filing needs and what is still empty. */
export function missing(values: TicketFields): TicketField[] {
  return (['title', 'kind'] as const).filter((field) => same(values[field], null))
}
