import { describe, expect, it } from 'vitest'

import { bounds, fit, middle, pan, path, type Position, projection, valid, zoom } from '../src/components/mapPlane'

const SQUARE: Position[] = [[111, 40], [112, 40], [112, 41], [111, 41], [111, 40]]
const SIZE = { width: 400, height: 300 }

describe('a map without tiles', () => {
  const plane = projection(40.5)

  it('comes back from the plane to the same degrees', () => {
    const [lon, lat] = plane.from(...plane.to([111.25, 40.75]))
    expect(lon).toBeCloseTo(111.25, 9)
    expect(lat).toBeCloseTo(40.75, 9)
  })

  it('shows everything, north up, in the middle', () => {
    const view = fit(bounds(SQUARE), plane, SIZE)
    const screen = SQUARE.map((each) => plane.to(each)).map(([x, y]) => [x * view.scale + view.x, y * view.scale + view.y] as const)
    for (const [x, y] of screen) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(400)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(300)
    }
    expect(screen[2]![1]).toBeLessThan(screen[1]![1])
  })

  it('zooms about the finger, and neither for ever in nor out', () => {
    const view = { x: 10, y: 20, scale: 100 }
    const closer = zoom(view, 2, 50, 60, 100)
    expect((50 - closer.x) / closer.scale).toBeCloseTo((50 - view.x) / view.scale, 9)
    expect(zoom(view, 1e9, 0, 0, 100).scale).toBe(40_000)
    expect(zoom(view, 1e-9, 0, 0, 100).scale).toBe(50)
    expect(pan(view, -3, 4)).toEqual({ x: 7, y: 24, scale: 100 })
  })

  it('has a size with one point, and with none', () => {
    const one = bounds([[111, 40]])
    expect(one[2]).toBeGreaterThan(one[0])
    const none = bounds([], [111, 40])
    expect(none[2]).toBeGreaterThan(none[0])
    expect(Number.isFinite(fit(none, plane, SIZE).scale)).toBe(true)
  })

  it.each([[[111, 999]], [[Number.NaN, 40]], [[111]], [['111', 40]], [null]])('does not take %j for a position', (wrong) => {
    expect(valid(wrong as never)).toBe(false)
    expect(bounds([wrong as never], [5, 5])[0]).toBeLessThan(5)
  })

  it('draws holes and puts the label in the middle', () => {
    expect(path([SQUARE, SQUARE], plane).match(/M/g)).toHaveLength(2)
    expect(middle([SQUARE]).at).toEqual([111.5, 40.5])
  })
})
