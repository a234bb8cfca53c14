/** Rows by keyboard: j/k or arrows move, Home/End jump, Enter opens. One row is the tab stop. */
import { nextTick, type Ref, ref, watch } from 'vue'

export interface RowKeys {
  /** Index of the row that holds the tab stop; -1 without rows. */
  current: Ref<number>
  onKey: (event: KeyboardEvent) => void
  /** From outside the list (the search box): go to the first row. */
  enter: () => void
}

/** The index after a key, or null when the key is not ours. Pure. */
export function moved(key: string, current: number, count: number): number | null {
  if (!count) return null
  const clamp = (index: number): number => Math.min(count - 1, Math.max(0, index))
  if (key === 'j' || key === 'ArrowDown') return clamp(current + 1)
  if (key === 'k' || key === 'ArrowUp') return clamp(current - 1)
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return null
}

/** `box` holds the rows; each row carries `data-row`. `open` is called with the row's index. */
export function useRowKeys(box: Ref<HTMLElement | null>, count: () => number, open: (index: number) => void): RowKeys {
  const current = ref(0)
  watch(count, (rows) => {
    if (current.value >= rows) current.value = Math.max(0, rows - 1)
  })

  async function focus(index: number): Promise<void> {
    current.value = index
    await nextTick()
    box.value?.querySelectorAll<HTMLElement>('[data-row]')[index]?.focus()
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as HTMLElement
    if (!target.matches('[data-row]')) return
    if (event.key === 'Enter') {
      event.preventDefault()
      open(current.value)
      return
    }
    const next = moved(event.key, current.value, count())
    if (next === null) return
    event.preventDefault()
    void focus(next)
  }

  return { current, onKey, enter: () => void focus(0) }
}
