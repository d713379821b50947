/* A network as units and lines, with the numbers of the step that is shown. A unit that its mask silences goes dark, and the
   lines that end there fade. Below it every mask of the run, a column each. A unit and a line are cells of grids: pressing goes
   there, and a line is pointed at as its cell is. */

import { tone } from "../drawing/colour.js"
import { h, svg, write } from "../drawing/element.js"
import { number, short } from "../drawing/numbers.js"
import { showFrame } from "./scene.js"

const ROW = 40, HEAD = 26 // pixels; in a presenter's view they grow as type does
const THIN = 0.5, WIDE = 6 // of a line, for a weight of 0 and at the end of its scale
const FADED = 0.2, SEEN = 0.6, STRONG = 1
const REACH = 14 // pixels: how wide a line is to be pointed at
const CELL = 7, GAP = 5 // pixels: a unit's row in the picture of the masks, and between two layers

export class NetworkBox {
  constructor(lens, network) {
    this.lens = lens
    this.network = network
    const grids = network.units.map((units) => lens.scene.grid[Object.values(units.grids)[0]])
    this.most = Math.max(...grids.map((grid) => grid.size))
    this.height = HEAD + this.most * ROW
    this.columns = network.units.map((units, c) => this.#column(units, grids[c].size, c))
    this.lines = network.weights.flatMap((id, k) => this.#lines(id, k, grids[k].size, grids[k + 1].size))
    this.drawing = svg("svg", { "aria-hidden": "true" }, this.lines.map((line) => line.element), this.lines.map((line) => line.reach))
    this.heads = network.units.map((_, c) => h("span", { class: "col", style: { left: `${this.#left(c)}%` } }))
    this.caption = h("div", { class: "lane-head" })
    this.masks = network.units.some(({ mask }) => mask) ? new Masks(lens, network) : null
    this.root = h("div", { role: "group", "aria-label": "The network, with the numbers of this step. Arrow keys move.", onkeydown: (event) => this.#roam(event) }, this.caption,
      h("div", { class: "network", style: { height: `calc(${this.height}px * var(--larger))` } }, this.drawing,
        this.heads, this.columns.flat().map((unit) => unit.button)),
      lens.scene.frames && this.masks && h("div", { class: "lane-head" }, `All masks, a column each: ${network.units.filter(({ mask }) => mask).map(({ name }) => name).join(" above ")}`),
      lens.scene.frames && this.masks?.root)
  }

  #left(c) {
    return 6 + (88 * c) / (this.network.units.length - 1)
  }

  #top(i, size) {
    return (100 * (HEAD + (i + 0.5 + (this.most - size) / 2) * ROW)) / this.height
  }

  #column(units, size, c) {
    return Array.from({ length: size }, (_, i) => {
      const made = { units, i, at: [c, i] }
      made.button = h("button", { class: "unit", type: "button", "data-unit": `${c},${i}`, style: { left: `${this.#left(c)}%`, top: `${this.#top(i, size)}%` }, onclick: () => this.lens.pick(this.#grid(units).id, i) })
      return made
    })
  }

  #lines(id, k, from, to) {
    return Array.from({ length: from * to }, (_, cell) => {
      const i = Math.floor(cell / to), j = cell % to
      const ends = { x1: `${this.#left(k)}%`, y1: `${this.#top(i, from)}%`, x2: `${this.#left(k + 1)}%`, y2: `${this.#top(j, to)}%` }
      const reach = svg("line", { ...ends, class: "reach", "stroke-width": REACH, "data-line": `${k},${cell}` })
      reach.onpointerenter = () => this.lens.point(this.#drawnAs(id, k), cell)
      reach.onpointerleave = () => this.lens.leave()
      reach.onclick = () => this.lens.pick(this.#drawnAs(id, k), cell)
      return { element: svg("line", ends), reach, id, k, cell, ends: [[k, i], [k + 1, j]] }
    })
  }

  /** The grid whose numbers the lines are in this direction: weights, or their gradients. */
  #drawnAs(id, k) {
    return (this.lens.phase.arrow === "left" && this.network.slopes?.[k]) || id
  }

  #grid(units) {
    const { scene, phase } = this.lens
    return scene.grid[units.grids[phase.id] ?? Object.values(units.grids)[0]]
  }

  #silenced([c, i]) {
    const { mask } = this.network.units[c]
    return mask !== null && mask !== undefined && this.lens.scene.grid[mask].values[i] === 0
  }

  draw() {
    const { lens } = this, { act } = lens
    this.network.units.forEach((units, c) => write(this.heads[c], lens.phase.arrow === "left" ? this.#grid(units).symbol : units.name))
    for (const unit of this.columns.flat()) this.#drawUnit(unit)
    const stop = this.columns.flat().find(({ mine }) => mine) ?? this.columns.flat().find(({ units }) => units.mask) ?? this.columns[0][0]
    for (const unit of this.columns.flat()) unit.button.tabIndex = unit === stop ? 0 : -1
    const end = lens.phase.arrow === "left" ? 0 : 1 // of a line that belongs to the unit: where it is made
    for (const { element, id, k, cell, ends } of this.lines) {
      const drawn = this.#drawnAs(id, k), grid = lens.scene.grid[drawn], weight = grid.values[cell], off = ends.some((at) => this.#silenced(at))
      const mine = this.columns[ends[end][0]][ends[end][1]].mine || [id, drawn].some((of) => lens.lit[of]?.[cell] || (act.grid === of && act.cell === cell))
      element.classList.toggle("mine", !!mine)
      const width = THIN + (WIDE - THIN) * Math.min(1, Math.abs(weight) / grid.scale.max)
      element.setAttribute("stroke-width", off ? THIN : width.toFixed(2))
      element.setAttribute("stroke-opacity", off ? FADED : mine ? STRONG : SEEN)
      element.style.stroke = off ? "" : lens.palette[grid.scale.kind].fill[tone(Math.sign(weight) * Math.max(Math.abs(weight), 0.5 * grid.scale.max), grid.scale)]
    }
    if (this.masks) write(this.caption, this.masks.said())
    else write(this.caption, this.#said())
    this.masks?.draw()
  }

  /** What the lines are, where there are no masks to tell of. */
  #said() {
    const grid = (id, k) => this.lens.scene.grid[this.#drawnAs(id, k)]
    return this.network.weights.map((id, k) => `${grid(id, k).size} lines: the cells of ${grid(id, k).symbol}. Point at one.`).join(" ")
  }

  #drawUnit(unit) {
    const { lens } = this, { units, i, at, button } = unit, grid = this.#grid(units), value = grid.values[i], off = this.#silenced(at)
    const { fill, ink } = lens.palette[grid.scale.kind], colour = tone(value, grid.scale)
    unit.mine = lens.act.grid === grid.id && lens.act.cell === i
    write(button, off ? "╱" : value === 0 ? "0" : short(value, 2))
    button.style.background = value === 0 ? "" : fill[colour]
    button.style.color = value === 0 ? "" : ink[colour]
    button.style.setProperty("--kind", lens.palette.role[grid.role])
    button.classList.toggle("off", off)
    button.classList.toggle("lit", !!lens.lit[grid.id]?.[i] && !unit.mine)
    button.classList.toggle("mine", unit.mine)
    button.setAttribute("aria-label", `${units.name}, unit ${i}, ${grid.symbol}: ${off ? "silenced" : number(value)}`)
  }

  /** One tab stop; arrows move among the units. */
  #roam(event) {
    const at = event.target.dataset?.unit?.split(",").map(Number)
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? []
    if (!at || across === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const column = this.columns[at[0] + across], unit = column?.[Math.max(0, Math.min(column.length - 1, at[1] + down))]
    if (!unit) return
    this.lens.pick(this.#grid(unit.units).id, unit.i)
    unit.button.focus({ preventScroll: true })
  }
}

/** Every mask of the run: a column a step, a row a unit; pressing or dragging goes to the step. */
class Masks {
  constructor(lens, network) {
    this.lens = lens
    this.ids = network.units.map(({ mask }) => mask).filter(Boolean)
    const { frames } = lens.scene, rows = this.#grids().reduce((sum, grid) => sum + grid.size, 0)
    this.height = rows * CELL + (this.ids.length - 1) * GAP + 4
    this.cells = svg("g"), this.now = svg("rect", { class: "now", y: 1, height: this.height - 2, width: 1, "vector-effect": "non-scaling-stroke" })
    this.root = svg("svg", { class: "masks", "aria-hidden": "true", viewBox: `0 0 ${frames?.count ?? 1} ${this.height}`, preserveAspectRatio: "none", height: this.height }, this.cells, this.now)
    this.root.onpointerdown = this.root.onpointermove = (event) => event.buttons && this.#scrub(event)
  }

  #grids() {
    return this.ids.map((id) => this.lens.scene.grid[id])
  }

  /** [silenced, units] by the mask that is shown, or by all of them. */
  #count(of) {
    const factors = this.#grids().flatMap((grid) => [...(grid[of] ?? grid.values)])
    return [factors.filter((factor) => factor === 0).length, factors.length]
  }

  /** A mask is one draw: beside what it silences stands what was to be expected, and what all of them silence. */
  said() {
    const { scene: { frames, network }, phase } = this.lens, [off, all] = this.#count("values"), [silenced, draws] = this.#count("recorded")
    const what = phase.arrow === "left" ? "gradients" : "values", factor = Math.max(...this.#grids().flatMap((grid) => [...grid.values]))
    const kept = off < all ? `${what} of the others × ${short(factor, 2)}` : `no ${what.slice(0, -1)} passes`
    if (!frames) return `None of the ${all} hidden units is silenced: all ${what} × ${short(factor, 2)}.`
    return `Silenced by this mask: ${off} of ${all} hidden units, ${(network.rate * all).toFixed(1)} expected; ${kept}. Each mask is a draw: over all ${frames.count} a share of ${(silenced / draws).toFixed(3)}.`
  }

  draw() {
    const { scene } = this.lens
    if (!scene.frames) return
    if (this.drawn !== scene) this.#drawCells()
    this.drawn = scene
    this.now.setAttribute("x", scene.frame)
  }

  #drawCells() {
    const cells = []
    let top = 2
    for (const grid of this.#grids()) {
      for (let k = 0; k < grid.recorded.length; k++) {
        const x = Math.floor(k / grid.size) + 0.06, y = top + (k % grid.size) * CELL
        cells.push(svg("rect", { class: grid.recorded[k] === 0 ? "off" : "kept", x, y, width: 0.88, height: CELL - 1, "vector-effect": "non-scaling-stroke" }))
      }
      top += grid.size * CELL + GAP
    }
    this.cells.replaceChildren(...cells)
  }

  #scrub(event) {
    const { scene, player } = this.lens, box = this.root.getBoundingClientRect()
    const frame = Math.floor(((event.clientX - box.left) / box.width) * scene.frames.count)
    player.stop()
    showFrame(scene, Math.max(0, Math.min(scene.frames.count - 1, frame)))
    this.lens.walked()
  }
}
