/* Where everything stands in the picture: rows of steps above, the chart below, one time axis for both. */

import { HIGH, LOW, power } from "./scale.js"

const NARROW = 600, WIDE = 1000
const BEADS = 7 // pixels a step; with less, a step is a stripe
const LARGEST = 11 // radius of a node
const ENDS = [1, 2, 5, 10, 20, 50, 100] // steps from one number of the time axis to the next
const APART = 58 // pixels

/** The picture's lengths for so many networks and steps, at a width in pixels. `type` is the size of small letters. */
export function room(width, networks, steps, type, names) {
  const narrow = width < NARROW, left = narrow ? 48 : Math.max(74, names + 20), right = narrow ? 30 : 70
  const gap = (width - left - right) / steps
  const pitch = narrow ? 36 : 40, head = type + 16
  const top = head + networks * pitch + type + 14, chart = Math.round(Math.max(230, Math.min(340, width * 0.235)))
  const x = (t) => left + t * gap, y = (v) => top + (chart * (HIGH - power(v))) / (HIGH - LOW)
  return {
    width, narrow, wide: width >= WIDE, left, gap, top, chart, x, y, steps, type,
    height: top + chart + 2 * type + 18,
    right: x(steps),
    row: (k) => head + (k + 0.5) * pitch,
    beads: gap >= BEADS,
    radius: gap >= BEADS ? Math.min(LARGEST, gap * 0.34) : 7,
    grows: pitch / 2 - 2, // half of the height that a node may have
    tick: ENDS.find((every) => every * gap >= APART) ?? ENDS.at(-1),
    at: (pixel) => Math.max(0, Math.min(steps, Math.round((pixel - left) / gap))),
  }
}
