/* One network, layer by layer: its kernels, what the watched digit makes of them, and three numbers of the step. Forward
   shows weights and activations, backward their gradients, update the move that the step makes. Scales are fixed. */

import { ends, gradient } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { number } from "../drawing/numbers.js"
import { paint } from "../drawing/paint.js"

const SCALES = {
  brightness: { kind: "brightness", max: 1 },
  weight: { kind: "signed", max: 0.5 },
  activation: { kind: "signed", max: 2 },
  gradient: { kind: "log", max: 0.1, decades: 4 },
  update: { kind: "log", max: 0.01, decades: 4 },
}
const PARTS = { // what is drawn of a layer: [field, role, scale, words]
  forward: [["weights", "weight", "weight", "w"], ["activation", "activation", "activation", "output"]],
  backward: [["gradient", "gradient", "gradient", "∂L/∂w"], ["activationGradient", "gradient", "gradient", "∂L/∂output"]],
  update: [["update", "weight", "update", "step of w"], ["activation", "activation", "activation", "output"]],
}
const LARGEST = 28, WIDEST = 176

export class NetworkView {
  boxes = []

  constructor(open) {
    this.open = open
    this.head = h("h3", { class: "which" })
    this.input = new Map_()
    this.row = h("div", { class: "layers" })
    this.root = h("section", { class: "network" }, this.head, this.row)
  }

  draw(run, { band, palette, width, name }) {
    this.head.textContent = name ? `Network ${name}` : ""
    this.head.hidden = !name
    if (this.boxes.length !== run.layers.length) {
      this.boxes = run.layers.map((_, layer) => new LayerBox(() => this.open(layer)))
      this.row.replaceChildren(h("div", { class: "layer" }, h("div", { class: "lt" }, "input"), this.input.root), ...this.boxes.map((box) => box.root))
    }
    const room = Math.max(120, Math.min(WIDEST, Math.floor(width / (width < 760 ? 2 : 5.6)) - 16))
    const backward = band === "backward"
    this.input.draw(backward ? run.xGradient : run.x, backward ? "gradient" : "input", backward ? "gradient" : "brightness", backward ? "∂L/∂x" : "x", palette, Math.min(96, room))
    run.layers.forEach((layer, i) => this.boxes[i].draw(layer, band, palette, room))
  }
}

class LayerBox {
  constructor(open) {
    this.title = h("button", { class: "quiet lt", type: "button", title: "Open the lens on this layer", onclick: open })
    this.maps = [new Map_(), new Map_()]
    this.norm = h("dd"), this.ratio = h("dd"), this.dead = h("dd")
    this.deadRow = h("div", {}, h("dt", {}, "dead"), this.dead)
    this.root = h("div", { class: "layer" }, this.title, this.maps.map((map) => map.root),
      h("dl", {}, h("div", {}, h("dt", {}, "‖∂L/∂w‖"), this.norm), h("div", {}, h("dt", {}, "update / w"), this.ratio), this.deadRow))
  }

  draw(layer, band, palette, room) {
    this.title.textContent = layer.name
    PARTS[band].forEach(([field, role, scale, words], i) => this.maps[i].draw(layer[field], role, scale, words, palette, room))
    this.norm.textContent = written(layer.norm)
    this.ratio.textContent = written(layer.ratio)
    this.deadRow.hidden = layer.dead == null
    if (layer.dead != null) this.dead.textContent = `${Math.round(100 * layer.dead)} %`
  }
}

const written = (v) => (v == null ? "∞" : number(v))

/** A tensor as one picture: its kernels or maps side by side, parted by thin lines. */
class Map_ {
  constructor() {
    this.symbol = h("b", {})
    this.shape = h("span", { class: "shape" })
    this.canvas = h("canvas", { role: "img" })
    this.bar = h("i", { "aria-hidden": "true" })
    this.low = h("span"), this.high = h("span")
    this.root = h("div", { class: "tensor" }, h("div", { class: "label" }, this.symbol, " ", this.shape), this.canvas,
      h("div", { class: "gscale" }, this.low, this.bar, this.high))
  }

  draw(values, role, scaleName, words, palette, room) {
    const scale = SCALES[scaleName]
    this.symbol.textContent = words
    this.symbol.className = `k-${role}`
    this.root.classList.toggle("none", !values)
    if (!values) {
      this.shape.textContent = "no label, so no loss"
      return void this.canvas.setAttribute("aria-label", `${words}: none, the drawing has no label`)
    }
    this.shape.textContent = values.shape.filter((n) => n > 1).join(" × ")
    const m = { ...tiled(values.shape), values, scale }
    const cell = Math.max(2, Math.min(LARGEST, Math.floor(room / m.cols)))
    paint(this.canvas, m, { width: cell, height: cell }, palette, { picture: {} })
    part(this.canvas, m, cell, palette.bg)
    const [low, high] = ends(scale)
    this.low.textContent = low
    this.high.textContent = scale.kind === "log" ? `${high} log` : high
    this.bar.style.background = gradient(palette, scale)
    this.canvas.setAttribute("aria-label", says(words, values))
  }
}

/** Rows, columns and indices of a tensor that is laid out flat: (rows, columns, in, out) kernels, (rows, columns, map) maps. */
function tiled(shape) {
  if (shape.length === 4) {
    const [rows, cols, channels, filters] = shape
    const at = (i, j) => (((i % rows) * cols + (j % cols)) * channels + Math.floor(i / rows)) * filters + Math.floor(j / cols)
    return { rows: rows * channels, cols: cols * filters, at, block: [rows, cols] }
  }
  if (shape.length === 3) {
    const [rows, cols, maps] = shape, wide = maps > 2 ? Math.ceil(Math.sqrt(maps)) : maps, high = Math.ceil(maps / wide)
    const at = (i, j) => ((i % rows) * cols + (j % cols)) * maps + Math.floor(i / rows) * wide + Math.floor(j / cols)
    return { rows: rows * high, cols: cols * wide, at, block: [rows, cols] }
  }
  if (shape.length === 2) {
    const [inputs, outputs] = shape // drawn with the outputs below each other
    return { rows: outputs, cols: inputs, at: (i, j) => j * outputs + i, block: [outputs, inputs] }
  }
  return { rows: 1, cols: shape[0], at: (_, j) => j, block: [1, shape[0]] }
}

function part(canvas, { rows, cols, block: [high, wide] }, cell, colour) {
  if (cell < 3 || (high === rows && wide === cols)) return
  const g = canvas.getContext("2d"), ratio = canvas.width / (cols * cell)
  g.fillStyle = colour
  for (let j = wide; j < cols; j += wide) g.fillRect((j * cell - 0.5) * ratio, 0, ratio, canvas.height)
  for (let i = high; i < rows; i += high) g.fillRect(0, (i * cell - 0.5) * ratio, canvas.width, ratio)
}

function says(words, values) {
  let low = Infinity, high = -Infinity, zeros = 0
  for (const v of values) {
    if (v < low) low = v
    if (v > high) high = v
    zeros += v === 0
  }
  return `${words}, ${values.shape.join(" by ")}: from ${number(low)} to ${number(high)}, ${zeros} of ${values.length} zero`
}
