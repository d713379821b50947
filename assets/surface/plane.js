/* The plane of two weights: where a weight stands in pixels, lines of equal loss, arrows. */

import { line, write } from "../drawing/brush.js"

const HEAD = 9 // pixels of an arrow's head
const SHORTEST = 2 // pixels: below this there is nothing to see

/** The plane −reach … reach in a square of `size` pixels, with room at the left and below for numbers. */
export function plane(size, axis, type) {
  const reach = axis.at(-1), left = type * 2, side = size - left - 6, unit = side / (2 * reach)
  return {
    size, left, side, unit, reach, type,
    height: side + 6 + type * 2.4,
    x: (w) => left + (w + reach) * unit,
    y: (w) => 6 + (reach - w) * unit,
    column: (pixel) => nearest(axis, (pixel - left) / unit - reach),
    row: (pixel) => nearest(axis, reach - (pixel - 6) / unit),
  }
}

function nearest(axis, w) {
  const step = axis[1] - axis[0]
  return Math.max(0, Math.min(axis.length - 1, Math.round((w - axis[0]) / step)))
}

/** Both axes through 0, and their numbers. */
export function frame(g, p, palette) {
  const small = { size: p.type, font: palette.font, colour: palette.mute }
  line(g, palette.line2, 1, [[p.x(-p.reach), p.y(0)], [p.x(p.reach), p.y(0)]])
  line(g, palette.line2, 1, [[p.x(0), p.y(-p.reach)], [p.x(0), p.y(p.reach)]])
  g.strokeStyle = palette.line
  g.lineWidth = 1
  g.strokeRect(p.left, 6, p.side, p.side)
  for (let w = -2; w <= 2; w += 2) {
    write(g, String(w).replace("-", "−"), p.x(w), p.side + 8 + p.type, { ...small, align: "center" })
    write(g, String(w).replace("-", "−"), p.left - 6, p.y(w) + p.type / 3, { ...small, align: "right" })
  }
  write(g, "w₁", p.x(1), p.side + 8 + p.type, { ...small, align: "center" })
  write(g, "w₂", p.left - 6, p.y(1) + p.type / 3, { ...small, align: "right" })
}

/** Pieces of the line on which the values, one a cell, are `level`: marching squares. */
export function contour(axis, values, level) {
  const n = axis.length, pieces = []
  for (let i = 0; i < n - 1; i++) {
    for (let j = 0; j < n - 1; j++) {
      const corners = [[i, j], [i, j + 1], [i + 1, j + 1], [i + 1, j]], crossed = []
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corners[k], corners[(k + 1) % 4]], from = values[a[0] * n + a[1]], to = values[b[0] * n + b[1]]
        if (from < level === to < level) continue
        const t = (level - from) / (to - from)
        crossed.push([axis[a[1]] + t * (axis[b[1]] - axis[a[1]]), axis[a[0]] + t * (axis[b[0]] - axis[a[0]])])
      }
      for (let k = 0; k + 1 < crossed.length; k += 2) pieces.push([crossed[k], crossed[k + 1]])
    }
  }
  return pieces
}

export function strokePieces(g, p, colour, width, pieces) {
  g.strokeStyle = colour
  g.lineWidth = width
  g.beginPath()
  for (const [[x0, y0], [x1, y1]] of pieces) {
    g.moveTo(p.x(x0), p.y(y0))
    g.lineTo(p.x(x1), p.y(y1))
  }
  g.stroke()
}

/** From a place (in weights) along a pull, `length` weights a unit; named at its tip. */
export function arrow(g, p, palette, [w1, w2], [d1, d2], length, name, dash) {
  const from = [p.x(w1), p.y(w2)], to = [p.x(w1 + d1 * length), p.y(w2 + d2 * length)]
  const long = Math.hypot(to[0] - from[0], to[1] - from[1])
  if (long < SHORTEST) return
  const [ux, uy] = [(to[0] - from[0]) / long, (to[1] - from[1]) / long], head = Math.min(HEAD, long)
  const tip = (side) => [to[0] - head * (ux + side * uy * 0.5), to[1] - head * (uy - side * ux * 0.5)]
  line(g, palette.bg, 6, [from, to])
  line(g, palette.role.gradient, 3, [from, to], dash)
  line(g, palette.role.gradient, 3, [tip(1), to, tip(-1)])
  const x = Math.max(p.left + 30, Math.min(p.left + p.side - 30, to[0] + 14 * ux)), y = Math.max(20, Math.min(p.side, to[1] + 14 * uy))
  write(g, name, x, y + p.type / 3, { size: p.type, font: palette.font, weight: 600, colour: palette.role.gradient, align: ux < -0.3 ? "right" : ux > 0.3 ? "left" : "center", ground: palette.bg })
}

export function dot(g, [x, y], radius, fill, stroke) {
  g.beginPath()
  g.arc(x, y, radius, 0, 2 * Math.PI)
  g.fillStyle = fill
  g.fill()
  g.strokeStyle = stroke
  g.lineWidth = 2
  g.stroke()
}
