/* The lens's document, built anew when the structure of a scene changes: bar, stage of grids, panel, lines, table. */

import { h, svg } from "../drawing/element.js"
import { GridBox } from "./gridbox.js"
import { DiagramBox } from "./diagram.js"
import { GraphBox } from "./graph.js"
import { NetworkBox } from "./network.js"
import { Panel } from "./panel.js"

/** Fills lens.root; gives the parts that the lens draws into. */
export function furnish(lens) {
  const { scene, root } = lens
  root.className = "lens lab"
  root.setAttribute("role", "region")
  root.setAttribute("aria-label", scene.title)
  const parts = {
    directions: scene.phases.map((phase) => direction(lens, phase)),
    copyButton: quiet("Copy link", () => lens.copyLink()),
    tableButton: quiet(lens.tabled ? "Hide table" : "Show as table", () => lens.toggleTable(), { "aria-expanded": String(!!lens.tabled) }),
    choices: axisChoices(lens),
    ribbons: svg("svg", { class: "ribbons", "aria-hidden": "true" }),
    diagram: drawing(lens),
    boxes: gridBoxes(lens),
    heads: scene.lanes.map((text) => h("div", { class: "lane-head" }, h("span", {}, text))),
    extents: scene.lanes.map(() => h("div", { class: "lane-extent" })),
    panel: new Panel(lens, scene.title),
    line: h("p", { class: "lens-line", onclick: () => root.classList.contains("narrow") && parts.panel.root.scrollIntoView({ block: "start" }) }),
    live: h("p", { class: "vh", "aria-live": "polite" }),
    tableBox: h("div"),
  }
  parts.stage = h("div", { class: "stage" }, parts.ribbons, scene.lanes.map((_, number) => lane(scene, parts, number)))
  root.replaceChildren(
    h("div", { class: "lens-bar" },
      scene.phases.length > 1 && h("div", { class: "seg", role: "group", "aria-label": "Direction" }, parts.directions),
      lens.player.root, h("div", { class: "lens-tools" }, lens.link && parts.copyButton, parts.tableButton), parts.choices),
    h("div", { class: "lens-body" }, h("div", { class: "lens-left" }, parts.diagram?.root, parts.stage), parts.panel.root),
    parts.line, parts.live, parts.tableBox)
  return parts
}

/** What stands above the grids, if anything does. */
function drawing(lens) {
  const { diagram, network, graph } = lens.scene
  return diagram ? new DiagramBox(lens, diagram) : network ? new NetworkBox(lens, network) : graph ? new GraphBox(lens, graph) : null
}

const quiet = (text, onclick, attributes = {}) => h("button", { class: "quiet", type: "button", onclick, ...attributes }, text)

function direction(lens, { id, label, arrow }) {
  const text = arrow === "left" ? `← ${label}` : `${label} →`
  const onmousedown = (event) => lens.focusedBox && event.preventDefault() // the focus stays in the grids
  return h("button", { type: "button", "data-phase": id, onmousedown, onclick: () => lens.setPhase(id) }, text)
}

/** A box a grid. A value and its gradient, grids with the same axes, are twins: their loupes show the same place. */
function gridBoxes(lens) {
  const { grids } = lens.scene, boxes = Object.fromEntries(grids.map((grid) => [grid.id, new GridBox(lens, grid)]))
  const alike = (a, b) => a !== b && a.column === b.column && `${a.axes}/${a.shape}` === `${b.axes}/${b.shape}`
  for (const grid of grids) boxes[grid.id].twin = boxes[grids.find((other) => alike(grid, other))?.id]
  return boxes
}

function lane(scene, { heads, extents, boxes }, number) {
  const columns = 1 + Math.max(...scene.grids.map((grid) => grid.column))
  heads[number].style.gridArea = `${2 * number + 1} / 1 / span 1 / span ${columns}`
  extents[number].style.gridArea = `${2 * number + 1} / 1 / span 2 / span ${columns}`
  const stacks = Array.from({ length: columns }, (_, column) => {
    const here = scene.grids.filter((grid) => grid.lane === number && grid.column === column)
    const style = { "grid-row": String(2 * number + 2), "grid-column": `${column + 1} / span ${Math.max(1, ...here.map((grid) => grid.span ?? 1))}` }
    return h("div", { class: "stack", style }, here.map((grid) => boxes[grid.id].root))
  })
  return h("div", { class: "lane" }, heads[number], extents[number], stacks)
}

/** Buttons for the axes that are not drawn; they stand in for the small maps where those are too small to press. */
function axisChoices(lens) {
  const sizes = new Map()
  for (const grid of lens.scene.grids) {
    for (const i of grid.rest) sizes.set(grid.axes[i], Math.max(grid.shape[i], sizes.get(grid.axes[i]) ?? 0))
  }
  const names = Object.assign({}, ...lens.scene.grids.map((grid) => grid.names ?? {}))
  const button = (axis, k) => h("button", { type: "button", "data-axis": axis, "data-index": k, onclick: () => lens.choose(axis, k) }, names[axis]?.[k] ?? String(k))
  return h("div", { class: "axes" }, [...sizes].map(([axis, size]) =>
    h("div", { class: "axis" }, h("span", {}, axis),
      h("div", { class: "seg", role: "group", "aria-label": axis }, Array.from({ length: size }, (_, k) => button(axis, k))))))
}
