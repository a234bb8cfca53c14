/** The map's arithmetic, without a browser: degrees to a flat plane, and a view that is moved, zoomed and fitted. */

/** [longitude, latitude] in degrees (WGS 84 or GCJ-02: whatever the city's grids are drawn in; the map does not convert). */
export type Position = [number, number]
export type MapTone = 'green' | 'amber' | 'red' | 'blue' | 'grey'

/** A polygon: the outline first, then its holes. `note` is read out and shown in the list beside the label. */
export interface MapShape {
  id: string
  rings: Position[][]
  label: string
  note?: string
  tone?: MapTone
}

export interface MapPoint {
  id: string
  at: Position
  label: string
  note?: string
  tone?: MapTone
}

/** Pixels = plane × scale + (x, y). */
export interface View {
  x: number
  y: number
  scale: number
}

export interface Size {
  width: number
  height: number
}

const MARGIN = 16
const ZOOM_OUT = 0.5
const ZOOM_IN = 400
/** A plane without anything on it is still some ten kilometres wide, so that a pin can be set. */
const EMPTY_DEGREES = 0.05

export interface Projection {
  to: (position: Position) => [number, number]
  from: (x: number, y: number) => Position
}

export function valid(position: readonly unknown[] | null | undefined): position is Position {
  return (
    position?.length === 2 && position.every((each) => typeof each === 'number' && Number.isFinite(each)) &&
    Math.abs(position[0] as number) <= 180 && Math.abs(position[1] as number) <= 90
  )
}

/** Equirectangular about `latitude`: true to scale there, which is all that a city needs. North is up. */
export function projection(latitude: number): Projection {
  const squeeze = Math.max(0.01, Math.cos((latitude * Math.PI) / 180))
  return {
    to: ([lon, lat]) => [lon * squeeze, -lat],
    from: (x, y) => [x / squeeze, -y],
  }
}

/** [west, south, east, north] of everything; about `fallback` (or the middle of nowhere) when there is nothing. */
export function bounds(positions: Position[], fallback: Position = [0, 0]): [number, number, number, number] {
  const found = positions.filter(valid)
  if (!found.length) {
    const [lon, lat] = fallback
    return [lon - EMPTY_DEGREES, lat - EMPTY_DEGREES, lon + EMPTY_DEGREES, lat + EMPTY_DEGREES]
  }
  let [west, south, east, north] = [180, 90, -180, -90]
  for (const [lon, lat] of found) {
    west = Math.min(west, lon)
    east = Math.max(east, lon)
    south = Math.min(south, lat)
    north = Math.max(north, lat)
  }
  // One point alone has no size of its own.
  const pad = Math.max(0, EMPTY_DEGREES / 20 - Math.max(east - west, north - south))
  return [west - pad, south - pad, east + pad, north + pad]
}

/** The view that shows all of `box` in the middle. */
export function fit(box: [number, number, number, number], plane: Projection, size: Size): View {
  const [left, bottom] = plane.to([box[0], box[1]])
  const [right, top] = plane.to([box[2], box[3]])
  const scale = Math.min((size.width - 2 * MARGIN) / (right - left), (size.height - 2 * MARGIN) / (bottom - top))
  return {
    scale,
    x: size.width / 2 - ((left + right) / 2) * scale,
    y: size.height / 2 - ((top + bottom) / 2) * scale,
  }
}

/** Zoomed about a place on the screen, which stays where it is; between half and 400 times of `whole`. */
export function zoom(view: View, factor: number, x: number, y: number, whole: number): View {
  const scale = Math.min(Math.max(view.scale * factor, whole * ZOOM_OUT), whole * ZOOM_IN)
  const ratio = scale / view.scale
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio }
}

export function pan(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x + dx, y: view.y + dy }
}

/** Where a label stands: the middle of the outline's bounding box, and how wide that is, in degrees. */
export function middle(rings: Position[][]): { at: Position; width: number } {
  const [west, south, east, north] = bounds(rings[0] ?? [])
  return { at: [(west + east) / 2, (south + north) / 2], width: east - west }
}

/** The `d` of an SVG path on the plane; holes are holes by the even-odd rule. */
export function path(rings: Position[][], plane: Projection): string {
  return rings
    .map((ring) => `M${ring.map((each) => plane.to(each).map((value) => value.toFixed(6)).join(' ')).join('L')}Z`)
    .join('')
}

/** Degrees as they are written down: five decimals are a metre. */
export function written([lon, lat]: Position): string {
  return `${lon.toFixed(5)}, ${lat.toFixed(5)}`
}
