/* The networks, unrolled: a node a step, filled by the gradient that arrives there; a connection as thick as what passes. Where
   there is no room for nodes a step is a stripe. What is beyond 1 makes a node grow, up to 10⁴. */

import { faded, line, NUMBER, write } from "../drawing/brush.js"
import { excess, fullness, saturated } from "./scale.js"

const THICK = 4 // pixels of a connection that 1 passes
const SEEN = 0.05 // pixels; a thinner connection is not drawn

/** look: {walks: [{name, arrives}], room, palette, at: the step that is looked at, front: the last step that is reached} */
export function drawRows(g, look) {
  const { walks, room, palette } = look, small = { size: room.type, font: palette.font, colour: palette.mute }
  write(g, "time step →", room.left - Math.min(room.radius, 4), room.type, small)
  write(g, "← the gradient walks back", room.right + 4, room.type, { ...small, align: "right" })
  walks.forEach((walk, k) => {
    const y = room.row(k)
    write(g, walk.name, 0, y + 5, { ...small, size: room.type + (room.narrow ? 1 : 2), weight: NUMBER, colour: palette.ink })
    room.beads ? beads(g, look, walk, y) : stripes(g, look, walk, y)
    loss(g, look, y, small)
  })
}

function beads(g, { room, palette, at, front }, { arrives }, y) {
  const { radius: r, x, steps } = room, colour = palette.role.gradient
  for (let t = 0; t <= steps; t++) {
    const v = arrives[t], reached = t >= front, full = reached ? fullness(v) : 0
    if (t < steps) {
      const ends = [[x(t) + r + 1, y], [x(t + 1) - r - 1, y]], thick = full * (room.narrow ? THICK / 2 : THICK)
      line(g, palette.line2, 0.8, ends)
      if (thick > SEEN) line(g, colour, thick, ends)
    }
    if (reached) beyond(g, room, colour, x(t) - r, 2 * r, y, v)
    circle(g, x(t), y, r, palette.bg, 1)
    circle(g, x(t), y, r, colour, full)
    if (reached && v === 0) struck(g, palette, x(t), y, r)
    ring(g, x(t), y, r, t === at ? palette.ink : reached ? colour : palette.line2, t === at ? 2.4 : 1, t === at ? 1 : 0.35 + 0.65 * full)
  }
}

/** Stripes without seams between them: their borders are whole pixels of the screen. */
function stripes(g, { room, palette, at, front }, { arrives }, y) {
  const { radius: r, gap, x, steps } = room, colour = palette.role.gradient
  const border = (t) => Math.round((x(t) - gap / 2) * g.ratio) / g.ratio
  line(g, palette.line2, 0.8, [[border(0), y - r], [border(steps + 1), y - r], [border(steps + 1), y + r], [border(0), y + r], [border(0), y - r]])
  for (let t = front; t <= steps; t++) {
    const from = border(t), wide = border(t + 1) - from
    if (!wide) continue // several steps in one pixel: the next one is drawn
    beyond(g, room, colour, from, wide, y, arrives[t])
    g.fillStyle = colour
    faded(g, fullness(arrives[t]), () => g.fillRect(from, y - r, wide, 2 * r))
  }
  g.strokeStyle = palette.bg
  g.lineWidth = 4
  const wide = Math.max(gap, 5)
  g.strokeRect(x(at) - wide / 2, y - r - 2, wide, 2 * r + 4)
  g.strokeStyle = palette.ink
  g.lineWidth = 2
  g.strokeRect(x(at) - wide / 2, y - r - 2, wide, 2 * r + 4)
}

/** Above and below a node: how many powers of ten there are beyond 1. At the end of the scale it has a border. */
function beyond(g, { radius, grows }, colour, left, wide, y, v) {
  const high = radius + excess(v) * (grows - radius)
  if (high === radius) return
  g.fillStyle = colour
  faded(g, 0.4, () => g.fillRect(left, y - high, wide, 2 * high))
  if (!saturated(v)) return
  g.fillRect(left, y - high, wide, 2)
  g.fillRect(left, y + high - 2, wide, 2)
}

/** Exactly nothing: a stroke. */
function struck(g, palette, x, y, r) {
  line(g, palette.line2, 1, [[x - r / 2, y + r / 2], [x + r / 2, y - r / 2]])
}

function loss(g, { room, palette }, y, small) {
  const from = room.right + (room.beads ? room.radius + 2 : Math.max(2, room.gap)), long = room.narrow ? 6 : 14
  line(g, palette.role.gradient, room.narrow ? THICK / 2 : THICK, [[from, y], [from + long, y]])
  write(g, room.narrow ? "L" : "loss", from + long + 6, y + 5, { ...small, colour: palette.ink })
}

function circle(g, x, y, r, colour, opacity) {
  g.fillStyle = colour
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  faded(g, opacity, () => g.fill())
}

function ring(g, x, y, r, colour, width, opacity) {
  g.strokeStyle = colour
  g.lineWidth = width
  g.beginPath()
  g.arc(x, y, r, 0, 2 * Math.PI)
  faded(g, opacity, () => g.stroke())
}
