/** One draft ticket on the bench: read, typed into, saved by itself, merged when somebody else writes. */
import { computed, onScopeDispose, type Ref, ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { Suggestion, Ticket, TicketField, TicketFields } from '@/api/types'
import { useNews, useReread } from '@/stores/live'

import { afterSave, type Changes, type Conflicts, edit as edited, fieldsOf, rebase, same, sendable, type Value, withPin } from './draft'
import { readCopy, writeCopy } from './localCopy'

const IDLE_MS = 1_200
const RETRY_MS = 5_000

export type SaveState = 'saved' | 'typing' | 'saving' | 'unsaved' | 'conflict' | 'invalid'

export interface DraftDesk {
  ticket: Ref<Ticket | null>
  values: Ref<TicketFields | null>
  /** The fields take typing: a draft always, a filed ticket while somebody is `correcting` it. */
  open: Ref<boolean>
  correcting: Ref<boolean>
  error: Ref<unknown>
  state: Ref<SaveState>
  savedAt: Ref<number | null>
  conflicts: Ref<Conflicts>
  invalid: Ref<Partial<Record<TicketField, string>>>
  filing: Ref<boolean>
  suggestions: Ref<Partial<Record<TicketField, Suggestion>>>
  load: () => Promise<void>
  edit: (field: TicketField, value: Value) => void
  leave: (field: TicketField) => void
  save: () => Promise<boolean>
  settle: (field: TicketField, keep: 'yours' | 'theirs') => void
  judge: (field: TicketField, accept: boolean) => Promise<void>
  file: () => Promise<Ticket>
  discard: (reason: string) => Promise<Ticket>
}

export function useDraft(id: string): DraftDesk {
  const path = `/api/tickets/${encodeURIComponent(id)}` as const
  const ticket = shallowRef<Ticket | null>(null)
  const changes = shallowRef<Changes>({})
  /** What was typed stands as typed (a trailing space) until the field is left, though the server trimmed it. */
  const typed = shallowRef<Changes>({})
  const conflicts = shallowRef<Conflicts>({})
  const invalid = shallowRef<Partial<Record<TicketField, string>>>({})
  const error = shallowRef<unknown>(null)
  const state = ref<SaveState>('saved')
  const savedAt = ref<number | null>(null)
  const filing = ref(false)
  const correcting = ref(false)
  const open = computed(() => ticket.value?.state === 'draft' || correcting.value)
  let timer = 0
  let queue: Promise<unknown> = Promise.resolve()

  const values = computed<TicketFields | null>(() =>
    ticket.value ? { ...fieldsOf(ticket.value), ...typed.value, ...changes.value } : null,
  )
  const suggestions = computed(() => {
    const offered: Partial<Record<TicketField, Suggestion>> = {}
    for (const suggestion of ticket.value?.suggestions ?? []) if (suggestion.state === 'offered') offered[suggestion.field] = suggestion
    return offered
  })

  /** One request at a time: each needs the version that the one before it returned. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work, work)
    queue = result.catch(() => undefined)
    return result
  }

  function take(next: Ticket, over?: TicketFields): void {
    const base = over ?? (ticket.value ? fieldsOf(ticket.value) : null)
    if (base) {
      const merged = rebase(base, changes.value, next)
      changes.value = merged.changes
      // A choice that is still open keeps its field; what the other side has may have moved on.
      for (const field of Object.keys(conflicts.value) as TicketField[]) {
        if (field in merged.changes) merged.conflicts[field] = { yours: merged.changes[field] as Value, theirs: next[field] }
      }
      conflicts.value = merged.conflicts
    }
    ticket.value = next
    typed.value = Object.fromEntries(Object.entries(typed.value).filter(([field, value]) => same(value, next[field as TicketField]))) as Changes
    keepCopy()
  }

  function keepCopy(): void {
    if (ticket.value) writeCopy(id, fieldsOf(ticket.value), changes.value)
    if (Object.keys(conflicts.value).length) state.value = 'conflict'
    else if (!Object.keys(changes.value).length) state.value = 'saved'
  }

  async function load(): Promise<void> {
    error.value = null
    try {
      const next = await api.get<Ticket>(path)
      const copy = ticket.value ? null : readCopy(id)
      if (copy && next.allowed.some(({ step, allowed }) => step === 'change' && allowed)) changes.value = copy.changes
      take(next, copy?.base)
      if (Object.keys(changes.value).length) later(IDLE_MS)
    } catch (problem) {
      if (!ticket.value) error.value = problem
    }
  }

  function edit(field: TicketField, value: Value): void {
    if (!ticket.value) return
    changes.value = edited(ticket.value, changes.value, field, value)
    typed.value = without(typed.value, field)
    if (field in invalid.value) invalid.value = without(invalid.value, field)
    if (field in conflicts.value) conflicts.value = { ...conflicts.value, [field]: { ...conflicts.value[field]!, yours: value } }
    state.value = 'typing'
    keepCopy()
    later(IDLE_MS)
  }

  function leave(field: TicketField): void {
    typed.value = without(typed.value, field)
  }

  function later(ms: number): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void save(), ms)
  }

  /** True when nothing typed is left unsaved. */
  function save(): Promise<boolean> {
    window.clearTimeout(timer)
    return inTurn(() => send(2))
  }

  async function send(tries: number): Promise<boolean> {
    if (!ticket.value || !values.value) return true
    const sent = withPin(sendable(changes.value, conflicts.value), values.value)
    if (!Object.keys(sent).length) return !Object.keys(changes.value).length
    state.value = 'saving'
    try {
      const next = await api.patch<Ticket>(path, { version: ticket.value.version, changes: sent })
      typed.value = { ...typed.value, ...sent }
      changes.value = afterSave(changes.value, sent)
      invalid.value = {}
      take(next)
      savedAt.value = Date.now()
      return !Object.keys(changes.value).length
    } catch (problem) {
      return failedSave(problem, tries)
    }
  }

  async function failedSave(problem: unknown, tries: number): Promise<boolean> {
    if (problem instanceof ApiError && problem.code === 'conflict') {
      // Somebody wrote meanwhile. Other fields: merge and save again; the same field: the agent chooses.
      take(await api.get<Ticket>(path))
      return tries > 0 ? send(tries - 1) : false
    }
    if (problem instanceof ApiError && problem.status === 422) {
      invalid.value = (problem.details.fields ?? {}) as Partial<Record<TicketField, string>>
      state.value = 'invalid'
      return false
    }
    state.value = 'unsaved'
    if (problem instanceof ApiError && problem.code === 'illegal_step') {
      // It cannot be written any more (the caller gave up and the draft went): show it so, and try no further.
      take(await api.get<Ticket>(path))
      return false
    }
    later(RETRY_MS)
    return false
  }

  function settle(field: TicketField, keep: 'yours' | 'theirs'): void {
    if (keep === 'theirs') changes.value = without(changes.value, field)
    conflicts.value = without(conflicts.value, field)
    state.value = 'typing'
    keepCopy()
    later(0)
  }

  async function judge(field: TicketField, accept: boolean): Promise<void> {
    // What stands in the field was not typed over the suggestion: accepting replaces it.
    if (accept) changes.value = without(changes.value, field)
    await save()
    const next = await inTurn(() => api.post<Ticket>(`${path}/suggestions`, { field, accept }))
    typed.value = without(typed.value, field)
    take(next)
  }

  /** Everything typed first, then the step with the version that this gave. */
  async function stepAfterSave(step: 'file' | 'discard', body: Record<string, unknown>): Promise<Ticket> {
    filing.value = true
    try {
      if (!(await save())) throw new ApiError(409, state.value === 'invalid' ? 'fields_invalid' : 'not_saved', '')
      const next = await inTurn(() => api.post<Ticket>(`${path}/${step}`, { version: ticket.value!.version, ...body }))
      take(next)
      return next
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 422) {
        invalid.value = (problem.details.fields ?? {}) as Partial<Record<TicketField, string>>
      }
      if (problem instanceof ApiError && problem.code === 'conflict') await load()
      throw problem
    } finally {
      filing.value = false
    }
  }

  const reread = (): void => void inTurn(load)
  useNews('ticket.changed', ({ ticket_id }) => {
    if (ticket_id === id) reread()
  })
  useNews('transcript.changed', ({ ticket_id }) => {
    if (ticket_id === id) reread()
  })
  useReread(reread)
  const hide = (): void => {
    if (document.visibilityState === 'hidden') void save()
  }
  document.addEventListener('visibilitychange', hide)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', hide)
    void save()
  })

  return {
    ticket, values, open, correcting, error, state, savedAt, conflicts, invalid, filing, suggestions,
    load, edit, leave, save, settle, judge,
    file: () => stepAfterSave('file', {}),
    discard: (reason) => stepAfterSave('discard', { reason }),
  }
}

function without<T extends object>(record: T, key: string): T {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key)) as T
}
