import { watch } from 'vue'

/** Resolves when `condition` holds, or after `ms` milliseconds, whichever comes first. */
export function until(condition: () => boolean, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (condition()) {
      resolve()
      return
    }
    const stop = watch(condition, (holds) => {
      if (holds) finish()
    })
    const timer = setTimeout(finish, ms)
    function finish(): void {
      clearTimeout(timer)
      stop()
      resolve()
    }
  })
}
