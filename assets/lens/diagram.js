/* How the grids make each other, drawn once, with the numbers of the cells that are selected: a cell of an LSTM at one step.
   Each number is a cell of a grid, and pressing it goes there. Places are counted in columns and rows of the diagram. */

import { tone } from "../drawing/colour.js"
import { h, svg, write } from "../drawing/element.js"
import { number, short } from "../drawing/numbers.js"
import { called, coordinates, where } from "./scene.js"

const ROW = 46 // pixels, with small type; with larger, everything grows with it
const EM = 14
const TIP = 5 // of an arrow
const LONG = 5 // characters: what a place has room for on a phone

export class DiagramBox {
  #index = {} // axis word → the index that is shown

  constructor(lens, diagram) {
    this.lens = lens
    this.diagram = diagram
    const [columns, rows] = diagram.size
    this.wires = svg("svg", { viewBox: `0 0 ${columns} ${rows}`, preserveAspectRatio: "none", "aria-hidden": "true" })
    this.spots = diagram.spots.map((spot) => this.#spot(spot))
    this.caption = h("div", { class: "lane-head" })
    this.root = h("div", { role: "group", "aria-label": "The cell, with the numbers that are selected" }, this.caption,
      h("div", { class: "diagram", style: { height: `${(rows * ROW) / EM}em` } },
        this.wires, diagram.marks.map(({ at, text }) => h("span", { class: "mark", "aria-hidden": "true", style: this.#place(at) }, text)),
        this.spots.map((spot) => spot.button)))
  }

  #place([column, row]) {
    const [columns, rows] = this.diagram.size
    return { left: `${(100 * column) / columns}%`, top: `${(100 * row) / rows}%` }
  }

  #spot(spot) {
    const symbol = h("b"), value = h("span")
    const made = { ...spot, symbol, value, shown: null }
    made.button = h("button", { class: "spot", type: "button", style: this.#place(spot.at), onclick: () => made.shown && this.lens.pick(made.shown.grid.id, made.shown.cell) }, symbol, value)
    return made
  }

  draw() {
    const { lens, diagram } = this, { act, scene, phase } = lens, grid = scene.grid[act.grid]
    const at = coordinates(grid, act.cell)
    for (const axis of diagram.axes) {
      const i = grid.axes.indexOf(axis)
      if (i >= 0) this.#index[axis] = at[i]
      else this.#index[axis] ??= 0
    }
    for (const spot of this.spots) this.#drawSpot(spot)
    this.#drawWires(phase.arrow === "left")
    const holder = scene.grids.find((each) => diagram.axes.every((axis) => each.axes.includes(axis)))
    write(this.caption, `The cell at ${diagram.axes.map((axis) => `${axis} ${this.#said(holder, axis)}`).join(", ")}`)
  }

  #said(grid, axis) {
    const index = Math.min(this.#index[axis], grid.shape[grid.axes.indexOf(axis)] - 1), name = called(grid, axis, index)
    return name === String(index) ? name : `${index} (${name})`
  }

  /** {grid, cell} that a spot shows now; null where there is none. */
  #shown({ grids, moved, first }) {
    const { scene, phase } = this.lens, grid = scene.grid[grids[phase.id]]
    if (!grid) return null
    let cell = 0, before = false
    grid.axes.forEach((axis, i) => {
      const index = axis in this.#index ? Math.min(this.#index[axis], grid.shape[i] - 1) + (moved?.[axis] ?? 0) : this.#largest(grid, i)
      before ||= index < 0
      cell += index * grid.stride[i]
    })
    if (!before) return { grid, cell }
    const initial = scene.grid[first?.[phase.id]]
    return initial ? { grid: initial, cell: this.#index[initial.axes[0]] ?? 0 } : { grid, cell: null }
  }

  /** Along an axis that is not selected, as the letters of a word are: the largest of its cells. */
  #largest(grid, axis) {
    const others = grid.axes.reduce((sum, word, i) => (i === axis ? sum : sum + Math.min(this.#index[word] ?? 0, grid.shape[i] - 1) * grid.stride[i]), 0)
    const size = (k) => Math.abs(grid.values[others + k * grid.stride[axis]])
    return [...Array(grid.shape[axis]).keys()].reduce((best, k) => (size(k) > size(best) ? k : best), 0)
  }

  #drawSpot(spot) {
    const { lens } = this, shown = (spot.shown = this.#shown(spot)), { button, symbol, value } = spot
    button.hidden = !shown
    if (!shown) return
    const { grid, cell } = shown, held = cell === null ? 0 : grid.values[cell]
    write(symbol, grid.symbol + (spot.moved ? "₋₁" : ""))
    symbol.className = `sym k-${grid.role}`
    const word = grid.role === "input" && grid.axes.find((axis) => !(axis in this.#index) && grid.names?.[axis])
    const text = word && cell !== null ? called(grid, word, coordinates(grid, cell)[grid.axes.indexOf(word)]) : number(held)
    write(value, text.length > LONG && lens.root.classList.contains("narrow") ? short(held, 2) : text)
    const { fill, ink } = lens.palette[grid.scale.kind], colour = tone(held, grid.scale)
    value.style.background = held === 0 ? "none" : fill[colour]
    value.style.color = held === 0 ? "inherit" : ink[colour]
    const lit = cell !== null && lens.lit[grid.id]?.[cell]
    button.style.setProperty("--kind", lens.palette.role[grid.role])
    button.classList.toggle("lit", !!lit)
    button.classList.toggle("mine", lens.act.grid === grid.id && lens.act.cell === cell)
    button.disabled = cell === null
    button.setAttribute("aria-label", `${grid.symbol}, ${grid.name}${cell === null ? "" : `, ${where(grid, cell)}`}: ${text}`)
  }

  /** Lines with an arrow where they end; of a gradient they end where the values begin. */
  #drawWires(backward) {
    if (this.drawnBackward === backward) return
    this.drawnBackward = backward
    const [columns, rows] = this.diagram.size, wide = 760 / columns
    this.wires.setAttribute("viewBox", `0 0 ${columns * wide} ${rows * ROW}`)
    const lines = this.diagram.wires.map((wire) => {
      const points = (backward ? [...wire].reverse() : wire).map(([x, y]) => [x * wide, y * ROW])
      return [svg("path", { d: `M${points.map((point) => point.join()).join("L")}`, "vector-effect": "non-scaling-stroke" }), tip(points.at(-2), points.at(-1))]
    })
    this.wires.replaceChildren(...lines.flat())
  }
}

/** A small triangle in the middle of the last line. */
function tip([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1, ux = (x1 - x0) / length, uy = (y1 - y0) / length
  const x = (x0 + x1) / 2 + ux * TIP, y = (y0 + y1) / 2 + uy * TIP
  const corner = (side) => `${x - 2 * TIP * ux + side * TIP * uy},${y - 2 * TIP * uy - side * TIP * ux}`
  return svg("path", { class: "tip", d: `M${x},${y}L${corner(1)}L${corner(-1)}Z` })
}
