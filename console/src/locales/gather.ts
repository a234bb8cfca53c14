import type { LocaleMessageDictionary, VueMessageType } from 'vue-i18n'

export type Texts = LocaleMessageDictionary<VueMessageType>

/** `{"./en/shell.json": {...}}` → `{shell: {...}}`. */
export function gather(files: Record<string, unknown>): Texts {
  const texts: Record<string, unknown> = {}
  for (const [path, content] of Object.entries(files)) {
    const area = /([^/]+)\.json$/.exec(path)?.[1]
    if (area) texts[area] = content
  }
  return texts as Texts
}
