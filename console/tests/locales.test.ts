import { readdirSync, readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

const root = new URL('../src/locales/', import.meta.url)

function keys(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [path]
  return Object.entries(value as object).flatMap(([name, inner]) => keys(inner, path ? `${path}.${name}` : name))
}

function texts(locale: string): Map<string, string[]> {
  const files = readdirSync(new URL(`${locale}/`, root))
  return new Map(files.sort().map((file) => [file, keys(JSON.parse(readFileSync(new URL(`${locale}/${file}`, root), 'utf8'))).sort()]))
}

describe('texts', () => {
  const chinese = texts('zh-CN')
  const english = texts('en')

  it('exist for the same areas', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()])
  })

  it.each([...chinese.keys()])('%s has the same keys in both languages', (file) => {
    expect(english.get(file)).toEqual(chinese.get(file))
  })
})
