/** The city's taxonomy and gazetteer: read once for all fields and pages of this tab, again after somebody changed them here. */
import { computed, type ComputedRef, type Ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import type { components } from '@/api/schema'

import { paths } from './find'

export type Category = components['schemas']['CategoryOut']
export type Division = components['schemas']['DivisionOut']

interface List<Row> {
  rows: Ref<readonly Row[]>
  /** code → path; the code itself where the list is not there yet. */
  path: (code: string | null | undefined) => string
  error: Ref<unknown>
  reload: () => Promise<void>
}

function list<Row extends { code: string }>(read: () => Promise<Row[]>, named: (rows: readonly Row[]) => Map<string, string>): () => List<Row> {
  const rows = shallowRef<readonly Row[]>([])
  const error = shallowRef<unknown>(null)
  const names: ComputedRef<Map<string, string>> = computed(() => named(rows.value))
  let asked = false

  async function reload(): Promise<void> {
    try {
      rows.value = await read()
      error.value = null
    } catch (problem) {
      error.value = problem
      asked = false // the next one who needs it asks again
    }
  }

  return () => {
    if (!asked) {
      asked = true
      void reload()
    }
    return { rows, error, reload, path: (code) => (code ? (names.value.get(code) ?? code) : '') }
  }
}

export const useTaxonomy = list<Category>(() => api.get<Category[]>('/api/categories'), paths)
export const useGazetteer = list<Division>(
  () => api.get<Division[]>('/api/places'),
  (rows) => new Map(rows.map(({ code, path }) => [code, path.split('/').slice(1).join(' / ') || path])),
)
