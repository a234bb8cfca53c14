/** Which lamp a grid task and a grid's load carry. The word always stands beside it. */
import type { GridLoad, GridState, GridTask } from '@/api/types'
import type { MapTone, Position } from '@/components/mapPlane'

export const stateTone: Record<GridState, MapTone> = {
  sent: 'amber', taken: 'blue', arrived: 'blue', resolved: 'green', escalated: 'amber', handed_up: 'grey', verified: 'green', sent_back: 'red',
}
export const loadTone: Record<GridLoad['load'], MapTone> = { idle: 'grey', normal: 'green', busy: 'amber', overdue: 'red' }

export function late(task: GridTask, now: number): boolean {
  return Boolean(task.due_at && Date.parse(task.due_at) < now && !['resolved', 'verified', 'handed_up'].includes(task.state))
}

export function place(task: GridTask): Position | null {
  return task.lon === null || task.lat === null ? null : [task.lon, task.lat]
}
