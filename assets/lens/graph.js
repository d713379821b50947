/* A computation as a graph: every node a number, under it its gradient. Its edges are the terms of the scene's steps, so
   nothing is said twice. Above stands the selected step, written with symbols and with numbers. While the player walks,
   nodes still to come are blank. A number is a cell of a grid; pressing it goes there. */

import { tone } from "../drawing/colour.js"
import { h, svg, write } from "../drawing/element.js"
import { number, ownDecimals, rounded } from "../drawing/numbers.js"
import { FUNCTIONS } from "./functions.js"
import { groupsOf, stepOf } from "./steps.js"

const COLUMN = 71, ROW = 46 // pixels, with small type; with larger, everything grows with it
const EM = 14
const ABOVE = 0.25, HEAD = 140, SMALLEST = 12 // of a presenter's screen what stands above the graph: 320 pixels of 720, 410 of 1080; of type in it
const FEW = 3 // terms that the written step has room for

/** [{grid, cell}] as a direction makes them; what is given is in no direction. */
export function nodesOf(scene, phase) {
  const { nodes } = scene.graph, backward = phase.arrow === "left"
  const places = nodes.map((node) => ({ grid: backward ? node.gradient : node.grid, cell: node.cell }))
  return (backward ? places.reverse() : places).filter(({ grid }) => grid && stepOf(scene, grid, phase.id))
}

const name = (grid, cell) => `${grid}/${cell}`

export class GraphBox {
  constructor(lens, graph) {
    this.lens = lens
    const { scene } = lens, [columns, rows] = graph.size
    this.graph = graph
    this.nodes = graph.nodes.map((node, i) => this.#node(node, i))
    this.byCell = {}
    this.symbols = {}
    for (const node of this.nodes) {
      this.byCell[name(node.grid, node.cell)] = node
      this.symbols[name(node.grid, node.cell)] = node.symbol
      if (!node.gradient) continue
      this.byCell[name(node.gradient, node.cell)] = node
      this.symbols[name(node.gradient, node.cell)] = `∂L/∂${node.symbol}`
    }
    this.lines = this.#edges(scene)
    this.written = h("p", { class: "chain" })
    this.drawing = svg("svg", { "aria-hidden": "true", viewBox: `0 0 ${columns * COLUMN} ${rows * ROW}` }, this.lines.map(({ element }) => element))
    this.size = { width: (columns * COLUMN) / EM, height: (rows * ROW) / EM } // in em
    this.place = h("div", { class: "graph", style: { width: `${this.size.width}em`, height: `${this.size.height}em` } }, this.drawing, this.nodes.map(({ root }) => root))
    this.legend = h("p", { class: "muted" })
    this.scroll = h("div", { class: "graph-scroll" }, this.place)
    this.root = h("div", { role: "group", "aria-label": "The computation, a node a number, under it its gradient. Arrow keys move.", onkeydown: (event) => this.#roam(event) },
      this.written, this.scroll, this.legend)
  }

  /** In a presenter's view the whole graph is on the screen, as large as that allows. */
  layout() {
    const { width, height } = this.size, fitting = Math.min(this.scroll.clientWidth / width, ((1 - ABOVE) * innerHeight - HEAD) / height)
    this.place.style.fontSize = document.documentElement.hasAttribute("data-present") ? `${Math.max(SMALLEST, fitting)}px` : ""
  }

  #node(node, i) {
    const [columns, rows] = this.graph.size, [column, row] = node.at
    const button = (cls, grid, held, symbol) => h("button", { class: cls, type: "button", "data-node": i, tabindex: -1, onclick: () => this.lens.pick(grid, node.cell) }, symbol, held)
    const value = h("span"), slope = h("span")
    const top = h("b", { class: `sym k-${this.lens.scene.grid[node.grid].role}` }, node.symbol)
    const made = { ...node, i, value, slope, above: button("val", node.grid, value, top) }
    made.below = node.gradient ? button("grad", node.gradient, slope, h("i", {}, "∂ ")) : null
    made.root = h("div", { class: `node ${node.operation ? "made" : "given"}`, style: { left: `${(100 * column) / columns}%`, top: `${(100 * row) / rows}%` } }, node.operation && h("span", { class: "op", "aria-hidden": "true" }, node.operation), made.above, made.below)
    return made
  }

  /** A line from each number to those that are made of it. */
  #edges(scene) {
    const forward = scene.phases[0], lines = []
    for (const to of this.nodes) {
      const step = stepOf(scene, to.grid, forward.id)
      if (!step) continue
      const seen = new Set()
      for (const { factors, index } of groupsOf(step)) {
        index.terms(to.cell, (_, at) => factors.forEach((grid, f) => {
          const from = this.byCell[name(grid, at[f])]
          if (!from || seen.has(from)) return
          seen.add(from)
          const [x1, y1] = from.at, [x2, y2] = to.at
          lines.push({ from, to, element: svg("line", { x1: x1 * COLUMN, y1: y1 * ROW, x2: x2 * COLUMN, y2: y2 * ROW }) })
        }))
      }
    }
    return lines
  }

  draw() {
    const { lens } = this, { scene, phase, act } = lens, backward = phase.arrow === "left"
    const order = lens.filling ? nodesOf(scene, phase) : [], reached = order.findIndex(({ grid, cell }) => grid === lens.selected.grid && cell === lens.selected.cell)
    const later = new Set(order.slice(reached + 1).map(({ grid, cell }) => name(grid, cell)))
    const stop = this.byCell[name(act.grid, act.cell)] ?? this.nodes[0]
    for (const node of this.nodes) {
      this.#number(node, node.above, node.value, node.grid, later)
      if (node.below) this.#number(node, node.below, node.slope, node.gradient, later)
      node.root.classList.toggle("hushed", !backward)
      const mine = backward && node.below && act.grid !== node.grid ? node.below : node.above
      for (const button of [node.above, node.below]) if (button) button.tabIndex = node === stop && button === mine ? 0 : -1
    }
    for (const { element, from, to } of this.lines) {
      const lit = backward ? this.#active(to) && this.#active(from) : (from === stop || to === stop) && this.#active(from) && this.#active(to)
      element.classList.toggle("lit", lit)
      element.classList.toggle("back", backward)
    }
    write(this.written, this.#step())
    write(this.legend, `Dashed frames: given; solid: computed.${backward ? " ∂: how fast L changes with the number above it; thick lines: what this one is made of." : ""}`)
    const { root } = stop, box = root.parentElement?.parentElement
    const aside = box && Math.abs(root.offsetLeft - box.scrollLeft - box.clientWidth / 2)
    if (box && aside > box.clientWidth / 2 - COLUMN && stop !== this.stop) box.scrollTo({ left: root.offsetLeft - box.clientWidth / 2, behavior: "instant" })
    this.stop = stop
  }

  /** Whether a number of the node takes part in what is selected. */
  #active(node) {
    const { lit, act } = this.lens
    return [node.grid, node.gradient].some((grid) => grid && (lit[grid]?.[node.cell] || (act.grid === grid && act.cell === node.cell)))
  }

  #number(node, button, face, id, later) {
    const { lens } = this, grid = lens.scene.grid[id], value = grid.values[node.cell], blank = later.has(name(id, node.cell))
    const { fill, ink } = lens.palette[grid.scale.kind], colour = tone(value, grid.scale)
    write(face, blank ? "…" : brief(value))
    face.style.background = blank || value === 0 ? "none" : fill[colour]
    face.style.color = blank || value === 0 ? "inherit" : ink[colour]
    button.style.setProperty("--kind", lens.palette.role[grid.role])
    button.classList.toggle("lit", !!lens.lit[id]?.[node.cell])
    button.classList.toggle("mine", lens.act.grid === id && lens.act.cell === node.cell)
    button.setAttribute("aria-label", `${this.symbols[name(id, node.cell)]}, ${grid.name}: ${blank ? "still to come" : number(value)}`)
  }

  /** "∂L/∂w₁₁ = ∂L/∂p₁₁ · x₁ = 0.31 · 0.50 = 0.155" */
  #step() {
    const { lens } = this, { act, made, scene } = lens, own = this.symbols[name(act.grid, act.cell)] ?? scene.grid[act.grid].symbol
    const held = number(scene.grid[act.grid].values[act.cell])
    if (!made) return `${own} = ${held}, given`
    if (!made.terms.length) return `${own} = ${held}, by definition`
    if (made.terms.length > FEW) return `${own} = ${held}`
    const symbol = (term, f) => through(term, f, this.symbols[name(term.factors[f], term.cells[f])] ?? scene.grid[term.factors[f]].symbol)
    const value = (term, f) => (term.factors.length > 1 || term.coefficient < 0 ? bracketed : String)(number(term.values[f]))
    const product = (term, write) => `${factorOf(term.coefficient)}${term.factors.map((_, f) => write(term, f)).join(" · ")}`
    const known = made.known
    const both = [symbol, value].map((write) => {
      const parts = made.terms.map((term) => product(term, write))
      return known ? known.text(...(made.kind === "map" ? parts : [parts.join(" + ")])) : parts.join(" + ").replaceAll("+ −", "− ")
    })
    const [said, counted] = both, exact = known || number(made.terms.reduce((sum, term) => sum + printed(term), 0)) === held
    return counted === held ? `${own} = ${said} = ${held}` : `${own} = ${said} = ${counted} ${exact ? "=" : "≈"} ${held}`
  }

  /** One tab stop; arrows move to the nearest node in their direction. */
  #roam(event) {
    const now = this.nodes[event.target.dataset?.node]
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? []
    if (!now || across === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const below = event.target === now.below
    const away = ({ at: [x, y] }) => {
      const dx = x - now.at[0], dy = y - now.at[1], along = dx * across + dy * down, aside = Math.abs(dx * down) + Math.abs(dy * across)
      return along > 0.2 ? along + 2 * aside : Infinity
    }
    const next = this.nodes.reduce((best, node) => (away(node) < away(best) ? node : best), now)
    if (next === now || away(next) === Infinity) return
    this.lens.pick(below && next.gradient ? next.gradient : next.grid, next.cell)
    ;(below && next.below ? next.below : next.above).focus({ preventScroll: true })
  }
}

/** A factor that is read through a function, as it is written: (1 − h₁²). */
function through(term, f, text) {
  const said = FUNCTIONS[term.through?.[f]]?.text(text)
  return said ? `(${said})` : text
}

/** As many digits as a node has room for. */
function brief(value) {
  const whole = number(value)
  return whole.replace("−", "").length > 5 ? number(Number(value.toPrecision(2))).replace(/(\.\d*?[1-9])0+$/, "$1") : whole
}

/** A term of its factors as they are printed. */
const printed = ({ coefficient, values }) => values.reduce((product, value) => product * rounded(value, ownDecimals(value)), coefficient)

const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text)
const factorOf = (coefficient) => (coefficient === 1 ? "" : coefficient === -1 ? "−" : coefficient === 0.5 ? "½ · " : `${number(coefficient)} · `)
