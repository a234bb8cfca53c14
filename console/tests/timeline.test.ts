import { describe, expect, it } from 'vitest'

import type { TimelineRow } from '@/api/types'
import { entries } from '@/pages/tickets/timeline'

const row = (id: number, kind: string, actor: string, dwell: number | null, fields: Record<string, unknown> = {}): TimelineRow => ({
  id, kind, actor_name: actor, text: '', at: `2026-11-23T10:00:0${id}Z`, details: { fields }, dwell_seconds: dwell,
})

describe('the timeline as entries', () => {
  it('joins one sitting, keeping what was before it and how long it lasted after it', () => {
    const found = entries([
      row(1, 'changed', '王', 2, { title: { from: null, to: 'a' } }),
      row(2, 'changed', '王', 3, { title: { from: 'a', to: 'b' }, place: { from: 'x', to: 'y' } }),
      row(3, 'changed', '王', 500, { kind: { from: null, to: 'help' } }),
    ])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ id: 1, at: '2026-11-23T10:00:01Z', dwell_seconds: 500 })
    expect(found[0]?.details.fields).toEqual({ title: { from: null, to: 'b' }, place: { from: 'x', to: 'y' }, kind: { from: null, to: 'help' } })
  })
  it.each([
    ['another person', [row(1, 'changed', '王', 2), row(2, 'changed', '李', 2)]],
    ['a later sitting', [row(1, 'changed', '王', 60), row(2, 'changed', '王', 2)]],
    ['a step between', [row(1, 'changed', '王', 2), row(2, 'filed', '王', 2), row(3, 'changed', '王', 2)]],
  ])('keeps %s apart', (_, rows) => {
    expect(entries(rows)).toEqual(rows)
  })
})
