/** Keys of the console. `useKeys({f2: answer, 'ctrl+s': save})` while a component is mounted; the last one mounted wins. */
import { onScopeDispose } from 'vue'

export type KeyMap = Record<string, (event: KeyboardEvent) => void>
const layers: KeyMap[] = []

/** f2, escape, ctrl+s, shift+/ … ⌘ counts as Ctrl. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const key = event.key.toLowerCase()
  return `${event.ctrlKey || event.metaKey ? 'ctrl+' : ''}${event.altKey ? 'alt+' : ''}${key}`
}

/** Plain letters typed into a field are text, not commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}

function listen(event: KeyboardEvent): void {
  // An input method is composing: the key belongs to it.
  if (event.isComposing) return
  const name = keyName(event)
  if (name.length === 1 && isTyping(event.target)) return
  for (let index = layers.length - 1; index >= 0; index--) {
    const run = layers[index]?.[name]
    if (run) {
      event.preventDefault()
      run(event)
      return
    }
  }
}

export function useKeys(map: KeyMap): void {
  if (!layers.length) window.addEventListener('keydown', listen)
  layers.push(map)
  onScopeDispose(() => {
    layers.splice(layers.indexOf(map), 1)
    if (!layers.length) window.removeEventListener('keydown', listen)
  })
}
