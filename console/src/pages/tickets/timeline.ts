/** The timeline as people read it: a row of small corrections in one go is one entry. Pure; nothing is left out. */
import type { TimelineRow } from '@/api/types'

/** Seconds between two saves of one sitting. */
const SITTING = 60

export interface FieldChange {
  from: unknown
  to: unknown
}

export function fieldsOf(row: TimelineRow): Record<string, FieldChange> {
  return row.kind === 'changed' ? ((row.details.fields ?? {}) as Record<string, FieldChange>) : {}
}

/** What the first save found and the last one left. */
function joined(first: TimelineRow, second: TimelineRow): TimelineRow {
  const before = fieldsOf(first)
  const fields = { ...before }
  for (const [field, change] of Object.entries(fieldsOf(second))) fields[field] = { from: before[field] ? before[field].from : change.from, to: change.to }
  return { ...second, at: first.at, id: first.id, details: { ...second.details, fields } }
}

/** Rows in order; changes by the same person that follow each other within a minute become one. */
export function entries(rows: TimelineRow[]): TimelineRow[] {
  const found: TimelineRow[] = []
  let lasted: number | null = null
  for (const row of rows) {
    const last = found[found.length - 1]
    const together = last?.kind === 'changed' && row.kind === 'changed' && last.actor_name === row.actor_name && lasted !== null && lasted < SITTING
    if (together) found[found.length - 1] = joined(last, row)
    else found.push(row)
    lasted = row.dwell_seconds
  }
  return found
}
