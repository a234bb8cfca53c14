import { describe, expect, it } from 'vitest'

import { below, type Entry, find, paths } from '@/taxonomy/find'

const row = (code: string, name: string, words = '', retired = false): Entry => ({ code, name, words, retired })
const LIST = [
  row('010000', '城乡建设'), row('010100', '供热'), row('010101', '供暖温度不达标', '暖气不热 室温=1'), row('010102', '停止供暖', '停暖 没暖气'),
  row('020000', '生态环境'), row('020100', '噪声'), row('020101', '施工噪声', '打桩=2'), row('030000', '旧类', '', true), row('030100', '旧类之下'),
]

describe('the taxonomy', () => {
  it('finds 供热 by what citizens say', () => {
    expect(find(LIST, '停暖')[0]).toEqual({ code: '010102', path: '城乡建设 / 供热 / 停止供暖', by: '停暖', leaf: true })
    expect(find(LIST, '我家暖气不热')[0]!.code).toBe('010101')
    expect(find(LIST, '供热')[0]!.code).toBe('010100')
    expect(find(LIST, '0201').map(({ code }) => code)).toEqual(['020101', '020100'])
  })
  it('finds nothing in nothing, and nothing retired', () => {
    expect(find(LIST, '  ')).toEqual([])
    expect(find(LIST, '旧类')).toEqual([])
    expect(find(LIST, '<b>')).toEqual([])
  })
  it('steps down level by level', () => {
    expect(below(LIST, null).map(({ code, leaf }) => [code, leaf])).toEqual([['010000', false], ['020000', false]])
    expect(below(LIST, '010100').map(({ code, leaf }) => [code, leaf])).toEqual([['010101', true], ['010102', true]])
  })
  it('says the whole path, retired or not', () => {
    expect(paths(LIST).get('010101')).toBe('城乡建设 / 供热 / 供暖温度不达标')
    expect(paths(LIST).get('030100')).toBe('旧类 / 旧类之下')
  })
})
