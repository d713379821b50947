/* One network, layer by layer: its kernels, what the watched digit makes of them, and three numbers of the step. Forward
   shows weights and activations, backward their gradients, update the move that the step makes. Scales are fixed. */

import { h, write } from "../drawing/element.js"
import { number } from "../drawing/numbers.js"
import { paint } from "../drawing/paint.js"
import { ScaleLine } from "../drawing/scale.js"
import { Answer } from "./answer.js"

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
  update: [["update", "weight", "update", "Δw"], ["activation", "activation", "activation", "output"]],
}
const INPUT = { forward: ["x", "input", "brightness", "x"], backward: ["xGradient", "gradient", "gradient", "∂L/∂x"] }
const inputOf = (band) => INPUT[band] ?? INPUT.forward
const LARGEST = 28 // pixels of a cell

/** The scales of what a direction draws, once for all layers. */
export function legend(band, palette) {
  const drawn = [...PARTS[band], inputOf(band)], first = new Map(drawn.map((part) => [part[2], part]))
  return [...first].map(([name, [, role]]) => {
    const scale = SCALES[name], line = new ScaleLine(scale.kind === "log" && "log")
    const symbols = drawn.filter((part) => part[2] === name).map((part) => part[3]).join(", ")
    line.root.prepend(h("b", { class: `k-${role}` }, symbols))
    line.show(palette, scale)
    return line.root
  })
}

export class NetworkView {
  boxes = []

  /** open(layer) opens the lens; help: what the numbers of a layer mean, by their names. */
  constructor(open, help) {
    this.open = open
    this.help = help
    this.head = h("h3", { class: "which" })
    this.input = new Map_()
    this.answer = new Answer()
    this.row = h("div", { class: "layers" })
    this.root = h("section", { class: "network" }, this.head, this.row)
  }

  /** room: {width, height} of a picture; still: nothing plays, so that it is also said in words. */
  draw(run, { band, palette, room, name, still }) {
    write(this.head, name ? `Network ${name}` : "")
    this.head.hidden = !name
    if (this.boxes.length !== run.layers.length) this.#build(run.layers)
    const [field, ...rest] = inputOf(band), side = Math.min(room.width, room.height, 96)
    this.input.draw(run[field], ...rest, { palette, room: { width: side, height: side }, still })
    run.layers.forEach((layer, i) => this.boxes[i].draw(layer, band, { palette, room, still }))
    this.answer.draw(run.probabilities)
  }

  #build(layers) {
    this.boxes = layers.map((_, layer) => new LayerBox(() => this.open(layer), this.help))
    this.boxes.at(-1).root.append(this.answer.root)
    this.row.replaceChildren(h("div", { class: "layer" }, h("div", { class: "lt" }, "input"), this.input.root), ...this.boxes.map((box) => box.root))
  }
}

class LayerBox {
  constructor(open, help) {
    this.title = h("button", { class: "quiet lt", type: "button", title: "Open the lens on this layer", onclick: open })
    this.maps = [new Map_(), new Map_()]
    this.norm = h("dd"), this.ratio = h("dd"), this.dead = h("dd")
    const row = (name, value) => h("div", { title: help[name] }, h("dt", {}, name), value)
    this.deadRow = row("dead", this.dead)
    this.root = h("div", { class: "layer" }, this.title, this.maps.map((map) => map.root),
      h("dl", {}, row("‖∂L/∂w‖", this.norm), row("update / w", this.ratio), this.deadRow))
  }

  draw(layer, band, look) {
    write(this.title, layer.name)
    PARTS[band].forEach(([field, ...rest], i) => this.maps[i].draw(layer[field], ...rest, look))
    write(this.norm, written(layer.norm))
    write(this.ratio, written(layer.ratio))
    this.deadRow.hidden = layer.dead == null
    if (layer.dead != null) write(this.dead, `${Math.round(100 * layer.dead)} %`)
  }
}

const written = (v) => (v == null ? "∞" : number(v))

/** A tensor as one picture: its kernels or maps side by side, parted by thin lines. */
class Map_ {
  #pixels = { stamp: 0 } // what `paint` keeps from one picture to the next

  constructor() {
    this.symbol = h("b", {})
    this.shape = h("span", { class: "shape" })
    this.canvas = h("canvas", { role: "img" })
    this.root = h("div", { class: "tensor" }, h("div", { class: "label" }, this.symbol, " ", this.shape), this.canvas)
  }

  draw(values, role, scaleName, words, { palette, room, still }) {
    write(this.symbol, words)
    if (this.role !== role) this.symbol.className = `k-${(this.role = role)}`
    this.root.classList.toggle("none", !values)
    write(this.shape, values ? shapeOf(values) : "none")
    if (!values) return void this.canvas.setAttribute("aria-label", `${words}: none, the drawing has no label`)
    if (still) this.canvas.setAttribute("aria-label", says(words, values))
    const m = this.#tiles(values.shape), scale = SCALES[scaleName], key = `${room.width} ${room.height}`
    const cell = Math.max(1, Math.min(LARGEST, Math.floor(room.width / m.cols), Math.floor(room.height / m.rows)))
    if (this.drawn === values && this.scale === scale && this.palette === palette && this.key === key) return
    Object.assign(this, { drawn: values, scale, palette, key })
    this.#pixels.stamp++
    paint(this.canvas, { ...m, values, scale }, { width: cell, height: cell }, palette, { picture: this.#pixels })
    part(this.canvas, m, cell, palette.bg)
  }

  #tiles(shape) {
    const key = shape.join()
    if (this.shaped !== key) {
      this.shaped = key
      const { at, ...m } = tiled(shape), index = new Int32Array(m.rows * m.cols)
      for (let k = 0; k < index.length; k++) index[k] = at(Math.floor(k / m.cols), k % m.cols)
      this.tiles = { ...m, at: (i, j) => index[i * m.cols + j] }
    }
    return this.tiles
  }
}

const shapeOf = ({ shape }) => shape.filter((n) => n > 1).join(" × ")

/** Rows, columns and indices of a tensor that is laid out flat: (rows, columns, in, out) kernels, (rows, columns, map) maps. */
function tiled(shape) {
  if (shape.length === 4) {
    const [rows, cols, channels, filters] = shape
    const at = (i, j) => (((i % rows) * cols + (j % cols)) * channels + Math.floor(i / rows)) * filters + Math.floor(j / cols)
    return { rows: rows * channels, cols: cols * filters, at, block: [rows, cols] }
  }
  if (shape.length === 3) {
    const [rows, cols, maps] = shape, wide = across(maps), high = maps / wide
    const at = (i, j) => ((i % rows) * cols + (j % cols)) * maps + Math.floor(i / rows) * wide + Math.floor(j / cols)
    return { rows: rows * high, cols: cols * wide, at, block: [rows, cols] }
  }
  if (shape.length === 2) {
    const [inputs, outputs] = shape // drawn with the outputs below each other
    return { rows: outputs, cols: inputs, at: (i, j) => j * outputs + i, block: [outputs, inputs] }
  }
  return { rows: 1, cols: shape[0], at: (_, j) => j, block: [1, shape[0]] }
}

/** How many of so many maps stand side by side: the rows are full, and about as many. */
function across(maps) {
  let wide = Math.ceil(Math.sqrt(maps))
  while (maps % wide) wide++
  return wide
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
