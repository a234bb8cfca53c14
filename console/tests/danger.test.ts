import { describe, expect, it } from 'vitest'

import { withPin } from '@/pages/bench/draft'
import { danger } from '@/pages/bench/danger'

describe('danger to life', () => {
  it.each([
    ['楼道里燃气泄漏，味道很大', '119'], ['电梯里有人被困', '119'], ['孩子掉进井里了', '119'], ['老人晕倒在路边', '120'],
    ['路口出车祸了', '122'], ['有人要跳楼', '110'], ['担心燃气泄漏', '119'],
  ])('%s → %s', (text, service) => expect(danger(text)?.service).toBe(service))
  it.each(['路灯不亮', '没有人受伤', '未造成人员受伤', '咨询燃气费', '', '<script>'])('%s is none', (text) => expect(danger(text)).toBeNull())
})

describe('a pin', () => {
  it('goes whole, though one of its halves stayed', () => {
    const values = { lat: 40.9, lng: 111.9 } as never
    expect(withPin({ lat: 40.9 }, values)).toEqual({ lat: 40.9, lng: 111.9 })
    expect(withPin({ title: 'x' } as never, values)).toEqual({ title: 'x' })
  })
})
