/* Translucent ribbons from what is lit to what it makes: direction and extent at one glance. */

import { svg } from "../drawing/element.js"
import { groupsOf } from "./steps.js"

export function drawRibbons(canvas, lens) {
  const base = canvas.parentElement.getBoundingClientRect()
  canvas.setAttribute("width", base.width)
  canvas.setAttribute("height", base.height)
  canvas.replaceChildren(...ribbons(lens, base))
}

function ribbons(lens, base) {
  const { act, lit, boxes, scene, palette, shows } = lens
  if (!shows(act)) return []
  const relative = (box) => box?.map((v, i) => v - (i % 2 ? base.top : base.left))
  const place = (id) => relative(boxes[id].rectangle((cell) => (id === act.grid ? cell === act.cell : lit[id]?.[cell])))
  return ways(lens).flatMap(([from, to]) => {
    const a = place(from), b = place(to)
    return a && b ? band(a, b, palette.role[scene.grid[from].role], scene.grid[from].lane !== scene.grid[to].lane) : []
  })
}

/** Which grids are joined: [from, to]. A number that names a row leads to this row, and only the row to what takes it. */
function ways({ act, arithmetic, uses }) {
  const steps = arithmetic ? [arithmetic.step] : [...new Set(uses.map((use) => use.step))]
  const made = steps.flatMap((step) => {
    const read = [...new Set(groupsOf(step).flatMap((group) => group.factors))]
    if (step.kind === "pick") return [read, [read[1], step.target]]
    return arithmetic ? read.map((id) => [id, step.target]) : [[act.grid, step.target]]
  })
  return made.filter(([from, to]) => from !== to)
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
