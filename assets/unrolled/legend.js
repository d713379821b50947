/* What the picture's signs mean, beside it: how full a node is, and which line is which. */

import { h, svg } from "../drawing/element.js"

const FULL = [0, 0.25, 0.5, 1]

export function legend(clipped, beads) {
  return h("div", { class: "legend" },
    h("span", {}, beads ? "a node a step, filled by the gradient" : "a stripe a step, filled by the gradient", FULL.map((v) => h("span", {}, node(v), String(v))), h("span", {}, node(1, true), "above 1: it grows, up to 10⁴")),
    h("span", {}, stroke("k-gradient", 2.5), "as computed"),
    clipped && h("span", {}, stroke("k-gradient", 1.25, 0.55), "before clipping"),
    h("span", {}, stroke("", 7, 0.13), "as predicted"))
}

function node(full, grown = false) {
  const circle = (attributes) => svg("circle", { cx: 8, cy: 10, r: 6, ...attributes })
  return svg("svg", { width: 16, height: 20, class: "k-gradient", "aria-hidden": "true" },
    grown && svg("rect", { x: 2, y: 1, width: 12, height: 18, fill: "currentColor", "fill-opacity": 0.4 }),
    circle({ fill: "currentColor", "fill-opacity": full }),
    circle({ fill: "none", stroke: "currentColor", "stroke-opacity": 0.35 + 0.65 * full }))
}

function stroke(kind, width, opacity = 1) {
  return svg("svg", { width: 34, height: 8, class: kind, "aria-hidden": "true" },
    svg("line", { x1: 0, x2: 34, y1: 4, y2: 4, stroke: "currentColor", "stroke-width": width, "stroke-opacity": opacity }))
}
