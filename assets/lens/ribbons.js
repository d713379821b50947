/* Translucent ribbons from what is lit to what it makes: direction and extent at one glance. */

import { svg } from "../drawing/element.js"

export function drawRibbons(canvas, lens) {
  const base = canvas.parentElement.getBoundingClientRect()
  canvas.setAttribute("width", base.width)
  canvas.setAttribute("height", base.height)
  canvas.replaceChildren(...ribbons(lens, base))
}

function ribbons({ act, arithmetic, uses, lit, boxes, scene, palette, shows }, base) {
  if (!shows(act)) return []
  const grid = scene.grid[act.grid]
  const relative = (box) => box?.map((v, i) => v - (i % 2 ? base.top : base.left))
  const me = relative(boxes[act.grid].rectangle((cell) => cell === act.cell))
  const targets = new Set(uses.map((use) => use.step.target))
  const made = []
  for (const [id, mask] of Object.entries(lit)) {
    const other = id === act.grid ? null : relative(boxes[id].rectangle((cell) => mask[cell]))
    if (!other) continue
    const faint = scene.grid[id].lane !== grid.lane
    if (arithmetic) made.push(...band(other, me, palette.role[scene.grid[id].role], faint))
    else if (targets.has(id)) made.push(...band(me, other, palette.role[grid.role], faint))
  }
  return made
}

/** From one rectangle to another, [left, top, right, bottom] each. */
function band(a, b, colour, faint) {
  const points = corners(a, b).map((point) => point.map(Math.round))
  const [p, q, r, s] = points
  return [
    svg("polygon", { points: points.map((point) => point.join()).join(" "), fill: colour, "fill-opacity": faint ? 0.05 : 0.09 }),
    svg("path", { d: `M${p}L${q}M${s}L${r}`, stroke: colour, "stroke-opacity": faint ? 0.4 : 0.55, fill: "none" }),
  ]
}

function corners(a, b) {
  if (a[2] <= b[0]) return [[a[2], a[1]], [b[0], b[1]], [b[0], b[3]], [a[2], a[3]]]
  if (a[0] >= b[2]) return [[a[0], a[1]], [b[2], b[1]], [b[2], b[3]], [a[0], a[3]]]
  if (a[3] <= b[1]) return [[a[0], a[3]], [b[0], b[1]], [b[2], b[1]], [a[2], a[3]]]
  return [[a[0], a[1]], [b[0], b[3]], [b[2], b[3]], [a[2], a[1]]]
}
