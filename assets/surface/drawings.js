/* Three pictures of one loss: its two parts, their sum, and where the minimum goes as λ grows. */

import { faded, line, write } from "../drawing/brush.js"
import { tone } from "../drawing/colour.js"
import { number } from "../drawing/numbers.js"
import { arrow, contour, dot, frame, strokePieces } from "./plane.js"

export const SCALE = { kind: "magnitude", max: 32 } // of the loss; it never moves
const LEVELS = [0.25, 0.5, 1, 2, 4, 8, 16, 32] // of the lines of equal loss
const LENGTH = 0.35 // weights that an arrow is long for a pull of 1
const DASHED = [5, 4]

/** What the data say (lines of equal loss), what the penalty says (its diamond or circle), and both pulls. */
export function drawParts(g, p, palette, it) {
  const colour = palette.role.weight, place = ([w1, w2]) => [p.x(w1), p.y(w2)]
  frame(g, p, palette)
  clipped(g, p, () => {
    for (const level of LEVELS) strokePieces(g, p, palette.mute, 1, (it.lines[level] ??= contour(it.axis, it.data, level)))
    if (it.added) {
      const edge = pairs(it.boundary).map(place)
      g.beginPath()
      edge.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)))
      g.fillStyle = colour
      faded(g, 0.13, () => g.fill())
      line(g, colour, 2, edge)
      line(g, colour, 2, pairs(it.path).map(place), [2, 3])
    }
    dot(g, place(it.best), 4, palette.mute, palette.bg)
    const half = 4 * p.type // of the words
    const far = Math.max(p.left + half, Math.min(p.left + p.side - half, p.x(it.best[0])))
    write(g, "data’s minimum", far, p.y(it.best[1]) - 10, { size: p.type, font: palette.font, colour: palette.mute, align: "center", ground: palette.bg })
    pulls(g, p, palette, it)
    lowest(g, p, palette, it)
  })
}

/** The loss that is made small: data and penalty in one. */
export function drawSum(g, p, palette, it) {
  clipped(g, p, () => {
    g.imageSmoothingEnabled = false
    g.drawImage(pixels(it, palette), p.left, 6, p.side, p.side)
    for (const level of LEVELS) strokePieces(g, p, "#ffffff", 1, contour(it.axis, it.sum, level))
    if (it.added) {
      const path = pairs(it.path).map(([w1, w2]) => [p.x(w1), p.y(w2)])
      line(g, "#ffffff", 3.5, path)
      line(g, "#000000", 1.5, path)
    }
    dot(g, [p.x(it.at[0]), p.y(it.at[1])], 4, "#ffffff", "#000000")
    lowest(g, p, palette, it)
  })
  frame(g, p, palette)
}

/** Both weights of the minimum for every λ; the one that is set now is a line across, if there is one. */
export function drawPath(g, p, palette, it) {
  const last = it.strengths.at(-1), x = (s) => p.left + (p.side * s) / last, { y } = p
  const small = { size: p.type, font: palette.font, colour: palette.mute }
  g.strokeStyle = palette.line
  g.lineWidth = 1
  g.strokeRect(p.left, 6, p.side, p.side)
  for (let w = -2; w <= 2; w += 2) {
    line(g, w ? palette.line : palette.line2, 1, [[p.left, y(w)], [p.left + p.side, y(w)]])
    write(g, String(w).replace("-", "−"), p.left - 6, y(w) + p.type / 3, { ...small, align: "right" })
  }
  for (let s = 0; s <= last; s += 2) write(g, String(s), x(s), p.side + 8 + p.type, { ...small, align: "center" })
  write(g, "λ", x(last) - 16, p.side + 8 + p.type, { ...small, align: "right" })
  write(g, "weight at the minimum", p.left + p.side - 6, 6 + p.type + 3, { ...small, align: "right", ground: palette.bg })
  if (it.added) line(g, palette.ink, 1, [[x(it.strength), 6], [x(it.strength), 6 + p.side]])
  const rows = pairs(it.path), names = ["w₁", "w₂"]
  names.forEach((name, k) => {
    const dash = k ? DASHED : []
    line(g, palette.role.weight, 2.5, rows.map((row, i) => [x(it.strengths[i]), y(row[k])]), dash)
    const first = rows[0][k], other = rows[0][1 - k], above = first >= other
    write(g, name, x(0) + 10, y(first) + (above ? -8 : p.type + 6), { ...small, weight: 600, colour: palette.role.weight, ground: palette.bg })
  })
  if (it.added) names.forEach((name, k) => mark(g, [x(it.strength), y(it.minimum[k])], it.minimum[k] === 0, palette))
}

/** The loss, a pixel a cell; w₂ grows upwards. One picture is far cheaper than as many rectangles, on every move of λ. */
function pixels(it, palette) {
  const n = it.axis.length, picture = new ImageData(n, n), colours = new Uint32Array(picture.data.buffer)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) colours[(n - 1 - i) * n + j] = palette.magnitude.pixels[tone(it.sum[i * n + j], SCALE) + 1]
  }
  const canvas = new OffscreenCanvas(n, n)
  canvas.getContext("2d").putImageData(picture, 0, 0)
  return canvas
}

function pulls(g, p, palette, it) {
  arrow(g, p, palette, it.at, it.pulls.data, LENGTH, "data", [])
  arrow(g, p, palette, it.at, it.pulls.extra, LENGTH, "penalty", DASHED)
  dot(g, [p.x(it.at[0]), p.y(it.at[1])], 4, palette.bg, palette.ink)
}

function lowest(g, p, palette, it) {
  mark(g, [p.x(it.minimum[0]), p.y(it.minimum[1])], it.minimum.some((w) => w === 0), palette)
}

/** A minimum; a weight that is exactly 0 makes it a ring with a stroke, as an empty cell elsewhere. */
function mark(g, [x, y], zero, palette) {
  dot(g, [x, y], 6, zero ? palette.bg : palette.role.weight, palette.role.weight)
  if (zero) line(g, palette.role.weight, 2, [[x - 4, y + 4], [x + 4, y - 4]])
}

function clipped(g, p, draw) {
  g.save()
  g.beginPath()
  g.rect(p.left, 6, p.side, p.side)
  g.clip()
  draw()
  g.restore()
}

export const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]])

/** For whoever cannot see the pictures. */
export function spoken(it) {
  const [w1, w2] = [...it.minimum].map(number)
  return `${it.added ? `${it.penalty}, λ ${it.strength}` : "Nothing is added"}. Minimum at w₁ ${w1}, w₂ ${w2}. Weights exactly 0: ${[...it.minimum].filter((w) => w === 0).length}.`
}
