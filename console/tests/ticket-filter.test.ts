import { describe, expect, it } from 'vitest'

import { readFilter, toQuery, writeFilter } from '@/pages/tickets/filter'

describe('the filter in the address', () => {
  it('reads back what it wrote', () => {
    const filter = { q: '停水 宝源', tab: 'received' as const, page: 3 }
    expect(readFilter(writeFilter(filter))).toEqual(filter)
  })
  it('writes a plain address for the plain list', () => {
    expect(writeFilter({ q: '', tab: 'all', page: 1 })).toEqual({})
  })
  it.each([{ page: '-1' }, { page: 'x' }, { page: '1.5' }, { state: 'drop table' }, { state: ['all'] }, {}])('takes %j as the plain list', (address) => {
    expect(readFilter(address)).toEqual({ q: '', tab: 'all', page: 1 })
  })
  it('asks for all states by not naming one', () => {
    expect(toQuery({ q: '', tab: 'all', page: 2 })).toEqual({ q: '', state: undefined, page: 2, size: 20 })
  })
})
