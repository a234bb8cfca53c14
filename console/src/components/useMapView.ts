/** The hand on the map: drag, pinch, wheel and keys move the view; a tap that did not drag is told to `tapped`. */
import { onBeforeUnmount, onMounted, type Ref, ref, watch } from 'vue'

import { fit, pan, type Projection, type Size, type View, zoom } from './mapPlane'

const STEP_PX = 60
const KEY_ZOOM = 1.5
/** A finger trembles: less than this is still a tap. */
const TAP_PX = 6

export interface MapView {
  view: Ref<View>
  size: Ref<Size>
  whole: () => void
  by: (factor: number) => void
  centre: (x: number, y: number) => void
  handlers: Record<string, (event: never) => void>
}

export function useMapView(
  box: Ref<SVGSVGElement | undefined>,
  all: () => { bounds: [number, number, number, number]; plane: Projection },
  tapped: (x: number, y: number, target: Element) => void,
): MapView {
  const size = ref<Size>({ width: 320, height: 240 })
  const view = ref<View>({ x: 0, y: 0, scale: 1 })
  let fitted = 1
  let moved = false
  const fingers = new Map<number, { x: number; y: number }>()
  let travelled = 0
  let pressed: Element | null = null

  function whole(): void {
    const { bounds, plane } = all()
    view.value = fit(bounds, plane, size.value)
    fitted = view.value.scale
    moved = false
  }
  function by(factor: number, x = size.value.width / 2, y = size.value.height / 2): void {
    view.value = zoom(view.value, factor, x, y, fitted)
    moved = true
  }
  function shift(dx: number, dy: number): void {
    view.value = pan(view.value, dx, dy)
    moved = true
  }
  /** Bring a place of the plane into the middle. */
  function centre(x: number, y: number): void {
    shift(size.value.width / 2 - (x * view.value.scale + view.value.x), size.value.height / 2 - (y * view.value.scale + view.value.y))
  }
  function within(event: PointerEvent | WheelEvent): { x: number; y: number } {
    const edge = box.value!.getBoundingClientRect()
    return { x: event.clientX - edge.left, y: event.clientY - edge.top }
  }

  function down(event: PointerEvent): void {
    fingers.set(event.pointerId, within(event))
    if (fingers.size === 1) {
      travelled = 0
      pressed = event.target as Element
    }
    box.value!.setPointerCapture(event.pointerId)
  }
  function move(event: PointerEvent): void {
    const before = fingers.get(event.pointerId)
    if (!before) return
    const here = within(event)
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (other) {
      const [was, is] = [before, here].map((each) => Math.hypot(each.x - other.x, each.y - other.y)) as [number, number]
      if (was > 0) by(is / was, (here.x + other.x) / 2, (here.y + other.y) / 2)
      travelled = TAP_PX
    } else {
      travelled += Math.hypot(here.x - before.x, here.y - before.y)
      if (travelled >= TAP_PX) shift(here.x - before.x, here.y - before.y)
    }
    fingers.set(event.pointerId, here)
  }
  function up(event: PointerEvent): void {
    const here = fingers.get(event.pointerId)
    fingers.delete(event.pointerId)
    if (here && event.type === 'pointerup' && !fingers.size && travelled < TAP_PX && pressed) tapped(here.x, here.y, pressed)
  }
  function wheel(event: WheelEvent): void {
    // A page that is scrolled past the map goes on scrolling; who has clicked into the map zooms.
    if (document.activeElement !== box.value && !event.ctrlKey) return
    event.preventDefault()
    const { x, y } = within(event)
    by(Math.exp(-event.deltaY / 400), x, y)
  }
  const keys: Record<string, () => void> = {
    ArrowLeft: () => { shift(STEP_PX, 0) },
    ArrowRight: () => { shift(-STEP_PX, 0) },
    ArrowUp: () => { shift(0, STEP_PX) },
    ArrowDown: () => { shift(0, -STEP_PX) },
    '+': () => { by(KEY_ZOOM) },
    '=': () => { by(KEY_ZOOM) },
    '-': () => { by(1 / KEY_ZOOM) },
    '0': whole,
  }
  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const run = keys[event.key]
    if (!run) return
    event.preventDefault()
    run()
  }

  let watcher: ResizeObserver | null = null
  onMounted(() => {
    watcher = new ResizeObserver(([entry]) => {
      if (!entry?.contentRect.width) return
      const next = { width: entry.contentRect.width, height: entry.contentRect.height }
      const [dx, dy] = [(next.width - size.value.width) / 2, (next.height - size.value.height) / 2]
      size.value = next
      if (moved) view.value = pan(view.value, dx, dy)
      else whole()
    })
    watcher.observe(box.value!)
  })
  onBeforeUnmount(() => watcher?.disconnect())
  watch(() => all().bounds.join(), () => {
    if (!moved) whole()
  })

  return { view, size, whole, by, centre, handlers: { pointerdown: down, pointermove: move, pointerup: up, pointercancel: up, wheel, keydown: key } }
}
