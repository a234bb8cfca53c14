/** At most once in `ms`, and always once more after the last call: a busy floor must not mean a request per event. */
import { onScopeDispose } from 'vue'

export function slowly(run: () => void, ms = 1_500): () => void {
  let timer = 0
  let again = false
  onScopeDispose(() => window.clearTimeout(timer))
  return function ask(): void {
    if (timer) {
      again = true
      return
    }
    run()
    timer = window.setTimeout(() => {
      timer = 0
      if (again) {
        again = false
        ask()
      }
    }, ms)
  }
}
