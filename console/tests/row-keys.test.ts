import { expect, it } from 'vitest'

import { moved } from '@/components/rowKeys'

it.each([
  ['j', 0, 3, 1],
  ['j', 2, 3, 2],
  ['k', 0, 3, 0],
  ['ArrowUp', 2, 3, 1],
  ['End', 0, 3, 2],
  ['x', 0, 3, null],
  ['j', 0, 0, null],
])('%s from row %d of %d leads to %s', (key, current, count, expected) => {
  expect(moved(key, current, count)).toBe(expected)
})
