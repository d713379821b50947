/* A row of labelled heat maps, with frames to play, scrub or drag through. Pointing at a cell shows its value. */

import { palette } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { count, number } from "../drawing/numbers.js"
import { paint } from "../drawing/paint.js"
import { unparcel } from "../drawing/payload.js"
import { Player } from "../drawing/player.js"
import { ScaleLine } from "../drawing/scale.js"
import { applyTheme } from "../drawing/theme.js"
import { dots, hatch, number as numberPlaces, print } from "./marks.js"

const MOVED = "layerlab-maps-frame" // an event: a row shows another frame, and those that are linked to it follow
const PACE = 500, GAP = 24, PAD = 2
const SMALL = 12 // rows or columns; above it a map is a picture
const SMALLEST = 2, LARGEST = 22, PRINTED = 28 // pixels a cell, and at least one with a number in it
const SIZES = [LARGEST, 20, 18, 16, 14] // of small maps, if that brings all into one row
const TALLEST = 240, NARROWEST = 90 // pixels a map

class Maps {
  drawn = 0
  frame = 0

  constructor(root) {
    this.root = root
    this.player = new Player({
      at: () => this.frame, count: () => this.count, pace: PACE,
      show: (i) => this.#lead(i),
      label: (i) => ["frame", this.data.frames ? `${i + 1} of ${this.count}` : ""],
    })
    this.caption = h("p", { class: "caption", "aria-live": "polite" })
    this.row = h("div", { class: "maps-row" })
    root.classList.add("lab")
    root.setAttribute("role", "group")
    root.onkeydown = (event) => this.#key(event)
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.layout())
    this.observer.observe(root)
    document.addEventListener(MOVED, this.#moved)
  }

  close() {
    this.player.stop()
    this.observer.disconnect()
    document.removeEventListener(MOVED, this.#moved)
  }

  set(bytes) {
    const before = this.data?.start
    this.data = unparcel(bytes)
    applyTheme(this.root)
    this.palette = palette(this.root)
    this.count = this.data.frames?.length ?? 1
    this.frame = this.data.start === before ? Math.min(this.frame, this.count - 1) : this.data.start
    this.root.setAttribute("aria-label", this.data.alt)
    const lines = Math.max(...this.data.maps.map(({ label }) => label.split("\n").length))
    this.row.style.setProperty("--lines", lines)
    const shape = JSON.stringify([this.data.frames?.length, this.data.maps.map(({ label, role, values, scale }) => [label, role, values.shape, scale])])
    if (shape !== this.shape) this.#build()
    this.shape = shape
    this.version = (this.version ?? 0) + 1
    this.layout()
    this.root.dataset.drawn = ++this.drawn
  }

  #build() {
    this.shapes = this.data.maps.map(({ values }) => values.shape.slice(-2))
    this.isSmall = smallAmong(this.shapes)
    this.views = this.data.maps.map((map, i) => {
      const canvas = h("canvas", { role: "img" }), value = h("span", { class: "value" })
      canvas.onpointermove = (event) => this.#point(i, event)
      canvas.onpointerdown = (event) => this.#point(i, event)
      canvas.onpointerleave = () => this.#point(i, null)
      const scale = new ScaleLine(value)
      const label = h("div", { class: "label" }, map.role ? h("b", { class: `k-${map.role}` }, map.label) : map.label)
      const root = h("div", { class: "map" }, label, canvas, scale.root)
      return { root, canvas, scale, value, cache: {} }
    })
    this.row.replaceChildren(...groups(this.shapes.map(this.isSmall), this.views))
    this.root.replaceChildren(...(this.count > 1 ? [this.player.root, this.caption] : [this.caption]), this.row)
  }

  layout() {
    this.width = this.root.clientWidth
    if (!this.data || !this.width) return
    const { shapes, isSmall } = this
    const pictures = shapes.filter((shape) => !isSmall(shape))
    const within = (width) => ([rows, cols]) => Math.max(SMALLEST, Math.min(LARGEST, Math.floor(TALLEST / rows), Math.floor((width - 2 * PAD) / cols)))
    const readout = parseFloat(getComputedStyle(this.views[0].scale.root).minWidth)
    const shared = Math.min(LARGEST, ...pictures.map(within(this.width))) // pictures share a cell
    const small = (most) => (shape) => Math.min(most, within(this.width)(shape))
    const taken = (most) => shapes.reduce((sum, shape) => sum + GAP + 2 * PAD + (isSmall(shape) ? Math.max(readout, shape[1] * small(most)(shape)) : 0), -GAP)
    const wanted = pictures.reduce((sum, [, cols]) => sum + cols, 0)
    const wide = (cell) => pictures.every(([, cols]) => cols * cell >= NARROWEST)
    const together = (most) => Math.min(shared, Math.floor((this.width - taken(most)) / wanted)) // all in one row
    const fits = (most) => (wanted ? wide(together(most)) : taken(most) <= this.width)
    const paired = Math.min(shared, ...pictures.map(within((this.width - GAP) / 2))) // or two and two
    const most = SIZES.find(fits), cell = most ? together(most) : pictures.length > 1 && wide(paired) ? paired : shared
    this.views.forEach((view, i) => {
      const size = isSmall(shapes[i]) ? small(most ?? LARGEST)(shapes[i]) : cell
      const side = this.data.maps[i].printed ? Math.max(PRINTED, size) : size
      view.cell = { width: side, height: side }
    })
    this.root.classList.toggle("narrow", this.width < 560)
    this.draw()
  }

  /** The matrix of a map in the frame shown. */
  #matrix({ values, scale }) {
    const [rows, cols] = values.shape.slice(-2), recorded = values.shape.length > 2
    const base = recorded ? this.frame * rows * cols : 0
    return { rows, cols, at: (i, j) => base + i * cols + j, values, scale }
  }

  draw() {
    this.views.forEach((view, i) => {
      const map = this.data.maps[i], matrix = this.#matrix(map), struck = map.leftOut
      view.cache.stamp = `${this.version}/${this.frame}`
      const recorded = struck && struck.length > matrix.rows * matrix.cols, base = matrix.at(0, 0)
      paint(view.canvas, matrix, view.cell, this.palette, {
        pad: PAD, picture: (view.cell.width < 8 || map.scale.kind === "brightness") && !struck ? view.cache : null,
        struck: struck && !recorded && base ? offset(struck, base) : struck,
        upon: struck && ((canvas) => hatch(canvas, matrix, (i, j) => struck[matrix.at(i, j) % struck.length], view.cell, PAD, this.palette)),
        frames: marksOf(map), numbered: true,
        rings: view.pointed ? [view.pointed] : [],
      })
      if (map.marks) numberPlaces(view.canvas, marksOf(map), view.cell, PAD, this.palette)
      if (map.printed) print(view.canvas, matrix, view.cell, PAD, this.palette)
      if (map.sparse) dots(view.canvas, matrix, view.cell, PAD, this.palette)
      view.scale.show(this.palette, map.scale, Math.max(24, Math.min(60, matrix.cols * view.cell.width - 60)))
      view.canvas.setAttribute("aria-label", this.#says(map, matrix))
      if (view.pointed) this.#printValue(view, map, matrix)
    })
    this.caption.textContent = this.data.frames?.[this.frame] ?? ""
    this.caption.hidden = !this.data.frames
    this.player.draw()
  }

  /** What a map shows now, in words. */
  #says(map, { rows, cols, at, values }) {
    let low = Infinity, high = -Infinity, left = 0, other = 0
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) {
        const v = values[at(i, j)]
        if (v < low) low = v
        if (v > high) high = v
        if (v !== 0) other++
        left += map.leftOut?.[at(i, j) % map.leftOut.length] ?? 0
      }
    }
    const marked = marksOf(map).length
    const when = this.data.frames ? `, ${this.data.frames[this.frame]}` : ""
    return `${map.label}${when}: ${rows} by ${cols}, from ${number(low)} to ${number(high)}${map.sparse ? `, ${other} not 0` : ""}${left ? `, ${left} ${map.struck}` : ""}${marked ? `, ${count(marked, "place")} marked` : ""}`
  }

  /** Shows a frame, and takes along the rows that are linked. */
  #lead(frame) {
    this.frame = frame
    this.draw()
    if (this.data.linked) document.dispatchEvent(new CustomEvent(MOVED, { detail: this }))
  }

  /** Where several of them play, the one that is first to move leads. */
  #moved = ({ detail: leader }) => {
    if (leader === this || leader.data.linked !== this.data?.linked || leader.count !== this.count) return
    this.player.stop()
    this.frame = leader.frame
    this.draw()
  }

  #point(i, event) {
    const view = this.views[i], map = this.data.maps[i], matrix = this.#matrix(map)
    if (event) {
      const { left, top } = view.canvas.getBoundingClientRect(), { width, height } = view.cell
      const clamp = (v, size) => Math.max(0, Math.min(size - 1, Math.floor(v)))
      view.pointed = [clamp((event.clientY - top - PAD) / height, matrix.rows), clamp((event.clientX - left - PAD) / width, matrix.cols)]
    } else {
      view.pointed = null
      view.value.textContent = ""
    }
    this.draw()
  }

  #printValue(view, map, { at, values }) {
    const [row, column] = view.pointed, index = at(row, column)
    const out = map.leftOut?.[index % map.leftOut.length]
    view.value.textContent = `[${row}, ${column}] ${out ? map.struck : number(values[index])}`
  }

  #key(event) {
    if (this.count < 2 || event.target.matches("input, button")) return
    const moves = { ArrowLeft: () => this.player.step(-1), ArrowRight: () => this.player.step(1), " ": () => this.player.toggle() }
    if (!moves[event.key]) return
    moves[event.key]()
    event.preventDefault()
  }
}

/** Which maps of a row are small: no picture, and not one of a pair of about a picture's size. */
function smallAmong(shapes) {
  const largest = Math.max(...shapes.flat())
  return (shape) => Math.max(...shape) <= SMALL && (largest <= SMALL || 2 * Math.max(...shape) <= largest)
}

/** The maps in order; small ones in a row wrap among themselves, beside the picture before them. */
function groups(small, views) {
  const placed = []
  let side = null
  views.forEach(({ root }, i) => {
    if (!small[i]) side = null
    else if (!side) placed.push((side = h("div", { class: "maps-row" })))
    side ? side.append(root) : placed.push(root)
  })
  return placed
}

/** The places that are framed: [row, column, rows, columns] each. */
const marksOf = ({ marks }) => (marks ? Array.from({ length: marks.shape[0] }, (_, k) => marks.subarray(4 * k, 4 * k + 4)) : [])

/** A mask of one frame, read at the indices of a later one. */
const offset = (mask, base) => new Proxy(mask, { get: (target, index) => target[index - base] })

export const { mount, unmount } = living("maps", Maps)
