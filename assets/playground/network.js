/* The network: inputs at the left, each unit as a small picture of its function over the plane, the answer at the right.
   An edge's colour is the sign of what is drawn, its thickness the size. */

import { h, svg } from "../drawing/element.js"
import { number } from "../drawing/numbers.js"
import { raster } from "./raster.js"

const WHAT = { forward: "kernel", loss: "kernel", backward: "kernelGradient", update: "kernelUpdate" }
const NAMES = { kernel: "weight", kernelGradient: "gradient", kernelUpdate: "next update" }
const THICKEST = 7, THINNEST = 0.6
const ROOM = 60 // pixels between the columns, at least

/** Where it differs: the browser draws again what is set. */
const put = (line, name, value) => line.getAttribute(name) === value || line.setAttribute(name, value)

export class NetworkDrawing {
  at = null // the edge that is pointed at: [layer, from, to]

  /** told(text) is called with the numbers of an edge. */
  constructor(told) {
    this.told = told
    this.edges = svg("g", {})
    this.lines = []
    this.wires = svg("svg", { "aria-hidden": "true" }, this.edges)
    this.units = h("div", { class: "units" })
    this.root = h("div", { class: "net", role: "group", tabindex: 0 }, this.wires, this.units)
    this.root.onkeydown = (event) => this.#key(event)
    this.root.onfocus = () => this.picture && this.point(this.at ?? [0, 0, 0])
  }

  /** The same elements, as long as the network has the same units. */
  #build(widths, width) {
    const key = `${widths} ${width}`
    if (key === this.key) return
    this.key = key
    const most = Math.max(...widths), size = Math.max(18, Math.min(40, (width - ROOM / 2) / widths.length - 22))
    const gap = size + 8, high = most * gap
    const x = (column) => (widths.length > 1 ? (column * (width - size)) / (widths.length - 1) : 0)
    const y = (column, unit) => (high - widths[column] * gap) / 2 + unit * gap + 4
    this.root.style.height = `${high}px`
    this.wires.setAttribute("viewBox", `0 0 ${width} ${high}`)
    this.canvases = []
    this.units.replaceChildren(...widths.flatMap((count, column) => Array.from({ length: count }, (_, unit) => {
      const name = column === 0 ? `x${"₁₂"[unit]}` : column === widths.length - 1 ? "p" : ""
      const canvas = name ? null : h("canvas", { width: 17, height: 17 })
      if (canvas) (this.canvases[column - 1] ??= []).push(canvas)
      const style = { left: `${x(column)}px`, top: `${y(column, unit)}px`, width: `${size}px`, height: `${size}px` }
      return h("div", { class: "unit", style, "aria-hidden": "true" }, canvas, name && h("b", {}, name))
    })))
    this.lines = []
    for (let layer = 0; layer + 1 < widths.length; layer++) {
      for (let from = 0; from < widths[layer]; from++) {
        for (let to = 0; to < widths[layer + 1]; to++) {
          const [x1, y1, x2, y2] = [x(layer) + size, y(layer, from) + size / 2, x(layer + 1), y(layer + 1, to) + size / 2]
          const middle = (x1 + x2) / 2, d = `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
          const place = [layer, from, to], line = svg("path", { d, fill: "none" })
          const touch = svg("path", { d, fill: "none", class: "touch", onpointerenter: () => this.point(place), onclick: () => this.point(place) })
          this.lines.push({ place, line, touch })
        }
      }
    }
    if (!this.lines.some(({ place }) => `${place}` === `${this.at}`)) this.at = null
    this.edges.replaceChildren(...this.lines.map(({ line }) => line), ...this.lines.map(({ touch }) => touch))
  }

  draw(picture, palette, width, phase) {
    Object.assign(this, { picture, palette, phase })
    const { layers, units } = picture, what = WHAT[phase]
    this.#build([2, ...layers.map(({ kernel }) => kernel.shape[1])], width)
    const most = what === "kernel" ? 3 : Math.max(1e-12, ...layers.map((each) => each[what].reduce((max, v) => Math.max(max, Math.abs(v)), 0)))
    for (const { place: [layer, from, to], line } of this.lines) {
      const v = this.#value(layer, from, to, what), share = Math.min(1, Math.abs(v) / most)
      put(line, "stroke", palette.signed.fill[v < 0 ? 64 : 448])
      put(line, "stroke-width", (THINNEST + (THICKEST - THINNEST) * share).toFixed(1))
      put(line, "stroke-dasharray", v < 0 ? "6 3" : "none")
      line.classList.toggle("at", `${[layer, from, to]}` === `${this.at}`)
    }
    units.forEach((layer, column) => this.canvases[column].forEach((canvas, unit) => {
      const n = layer.shape[1]
      if (canvas.width !== n) canvas.width = canvas.height = n
      raster(layer.subarray(unit * n * n, (unit + 1) * n * n), n, palette, canvas)
    }))
    this.root.setAttribute("aria-label", `The network, ${layers.length - 1} hidden layers: arrow keys go from edge to edge, and say its numbers`)
    if (this.at) this.told(this.#says())
  }

  #value(layer, from, to, what) {
    const array = this.picture.layers[layer][what]
    return array[from * array.shape[1] + to]
  }

  point(place) {
    this.at = place
    for (const { place: each, line } of this.lines) line.classList.toggle("at", `${each}` === `${place}`)
    this.told(this.#says())
  }

  #says() {
    const [layer, from, to] = this.at, last = this.picture.layers.length - 1
    const begin = layer ? `layer ${layer}, unit ${from + 1}` : `x${"₁₂"[from]}`
    const end = layer === last ? "the answer" : `layer ${layer + 1}, unit ${to + 1}`
    const each = Object.entries(NAMES).map(([what, name]) => `${name} ${number(this.#value(layer, from, to, what))}`)
    return `${begin} → ${end}: ${each.join(", ")}`
  }

  #key(event) {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (!way || !this.lines.length || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const now = this.lines.findIndex(({ place }) => `${place}` === `${this.at}`)
    this.point(this.lines[(now + way + this.lines.length) % this.lines.length].place)
  }
}
