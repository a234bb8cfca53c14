import { describe, expect, it } from 'vitest'

import { withQuery } from '@/api/client'
import { half } from '@/format/bilingual'
import { keyName } from '@/keys'

describe('a query', () => {
  it('leaves out what is not set and escapes the rest', () => {
    expect(withQuery('/api/tickets', { q: '路灯 a&b', state: null, page: 1, size: undefined, x: '' })).toBe(
      '/api/tickets?q=%E8%B7%AF%E7%81%AF+a%26b&page=1',
    )
    expect(withQuery('/api/tickets', {})).toBe('/api/tickets')
  })
})

describe('keys', () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false }
  it.each([
    [{ ...plain, key: 'F2' }, 'f2'],
    [{ ...plain, key: '?' }, '?'],
    [{ ...plain, ctrlKey: true, key: 'S' }, 'ctrl+s'],
    [{ ...plain, metaKey: true, key: 'k' }, 'ctrl+k'],
    [{ ...plain, altKey: true, ctrlKey: true, key: 'Enter' }, 'ctrl+alt+enter'],
  ])('%o is %s', (event, name) => {
    expect(keyName(event)).toBe(name)
  })
})

describe('a sentence in two languages', () => {
  it('shows the reader theirs', () => {
    expect(half('没有转写 / no transcript', 'zh-CN')).toBe('没有转写')
    expect(half('没有转写 / no transcript', 'en')).toBe('no transcript')
    expect(half('no_model', 'en')).toBe('no_model')
    expect(half(null, 'en')).toBe('')
  })
})
