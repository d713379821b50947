/* A plane of two numbers, with codes written where they lie, and a point to move: beside it stands what is painted there. */

import { readParameter, writeParameter } from "../drawing/address.js"
import { sized, write } from "../drawing/brush.js"
import { palette } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { number } from "../drawing/numbers.js"
import { paint } from "../drawing/paint.js"
import { unparcel } from "../drawing/payload.js"
import { ScaleLine } from "../drawing/scale.js"
import { applyTheme } from "../drawing/theme.js"

const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }
const LARGEST = 340, CELL = 16 // pixels of the plane a side, and of a painted cell
const RESTED = 500 // milliseconds without a move, after which the place is read aloud
const LEFT = 14, BELOW = 18 // pixels for the names of the axes

class Codes {
  drawn = 0

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    this.label = h("div", { class: "label" })
    this.plane = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "point in a plane" })
    this.plane.onpointerdown = (event) => {
      this.plane.setPointerCapture(event.pointerId)
      this.#reach(event)
    }
    this.plane.onpointermove = (event) => event.buttons && this.#reach(event)
    this.plane.onkeydown = (event) => this.#key(event)
    this.painted = h("canvas", { role: "img" })
    this.says = h("p", {})
    this.live = h("p", { class: "vh", "aria-live": "polite" })
    this.scale = new ScaleLine()
    root.replaceChildren(this.label, h("div", { class: "both" }, this.plane, h("div", { class: "result" }, this.painted, this.scale.root, this.says, this.live)))
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.layout())
    this.observer.observe(root)
  }

  close() {
    this.observer.disconnect()
    clearTimeout(this.resting)
  }

  /** The point stays where it is as long as the plane has as many places; at first it is where the address says. */
  set(bytes) {
    this.data = unparcel(bytes)
    applyTheme(this.root)
    this.palette = palette(this.root)
    const { first, second, scale, role, label, link } = this.data, middle = [first.length >> 1, second.length >> 1]
    if (this.size !== first.length) this.point = (!this.size && linked(link && readParameter(link), first, second)) || middle
    this.size = first.length
    this.label.replaceChildren(h("b", { class: `k-${role}` }, label))
    this.scale.show(this.palette, scale)
    this.layout()
    this.root.dataset.drawn = ++this.drawn
  }

  layout() {
    this.width = this.root.clientWidth
    if (!this.data || !this.width) return
    this.side = Math.min(LARGEST, this.width - LEFT)
    this.draw()
  }

  draw() {
    const { first, second, names, at, table, scale } = this.data, [i, j] = this.point
    this.#drawPlane(first, second, names, at)
    const [rows, cols] = table.shape.slice(2), base = (j * first.length + i) * rows * cols
    const matrix = { rows, cols, at: (row, column) => base + row * cols + column, values: table, scale }
    paint(this.painted, matrix, { width: CELL, height: CELL }, this.palette, { picture: {} })
    const here = `z₀ = ${number(first[i])}, z₁ = ${number(second[j])}`, near = names[this.#nearest()]
    this.says.textContent = `${here}; the nearest held-out digit is a ${near}`
    this.plane.setAttribute("aria-label", `${this.data.alt}. The point is at ${here}. Arrow keys move it`)
    this.painted.setAttribute("aria-label", `Painted at ${here}: ${rows} by ${cols}, near a ${near}`)
  }

  #drawPlane(first, second, names, at) {
    const { side, palette: p } = this, g = sized(this.plane, LEFT + side, side + BELOW)
    this.plane.style.width = `${LEFT + side}px`
    g.strokeStyle = p.line
    g.strokeRect(LEFT + 0.5, 0.5, side - 1, side - 1)
    g.save()
    g.beginPath()
    g.rect(LEFT, 0, side, side)
    g.clip()
    names.forEach((name, k) => write(g, name, this.#x(at[2 * k]), this.#y(at[2 * k + 1]) + 4, { size: 12, font: p.font, colour: p.ink, align: "center" }))
    g.restore()
    const axis = { size: 13, font: p.font, colour: p.mute }
    write(g, `z₀ → ${number(first.at(-1))}`, LEFT + side, side + 14, { ...axis, align: "right" })
    write(g, `${number(first[0])}`, LEFT, side + 14, axis)
    g.save()
    g.translate(10, 0)
    g.rotate(-Math.PI / 2)
    write(g, `z₁ → ${number(second.at(-1))}`, 0, 0, { ...axis, align: "right" })
    write(g, `${number(second[0])}`, -side, 0, axis)
    g.restore()
    const [i, j] = this.point
    g.beginPath()
    g.arc(this.#x(first[i]), this.#y(second[j]), 9, 0, 2 * Math.PI)
    g.fillStyle = p.bg
    g.globalAlpha = 0.6
    g.fill()
    g.globalAlpha = 1
    g.lineWidth = 3
    g.strokeStyle = p.ink
    g.stroke()
  }

  #x = (value) => LEFT + 10 + share(this.data.first, value) * (this.side - 20)
  #y = (value) => 10 + (1 - share(this.data.second, value)) * (this.side - 20)

  #nearest() {
    const { first, second, at, names } = this.data, [i, j] = this.point
    const away = names.map((_, k) => Math.hypot(at[2 * k] - first[i], at[2 * k + 1] - second[j]))
    return away.indexOf(Math.min(...away))
  }

  #reach(event) {
    const { left, top } = this.plane.getBoundingClientRect(), last = this.size - 1
    const place = (part) => Math.max(0, Math.min(last, Math.round(part * last)))
    const across = (event.clientX - left - LEFT - 10) / (this.side - 20), up = 1 - (event.clientY - top - 10) / (this.side - 20)
    this.#move(place(across), place(up))
  }

  #key(event) {
    if (!MOVES[event.key]) return
    const by = event.shiftKey ? 5 : 1, within = (v) => Math.max(0, Math.min(this.size - 1, v))
    const [right, up] = MOVES[event.key]
    this.#move(within(this.point[0] + by * right), within(this.point[1] + by * up))
    event.preventDefault()
  }

  #move(i, j) {
    if (i === this.point[0] && j === this.point[1]) return
    this.point = [i, j]
    this.draw()
    if (this.data.link) writeParameter(this.data.link, `${i}.${j}`)
    clearTimeout(this.resting)
    this.resting = setTimeout(() => (this.live.textContent = this.says.textContent), RESTED)
  }
}

/** The place that an address tells, "12.3", if the plane has it. */
function linked(text, first, second) {
  const place = /^\d{1,3}\.\d{1,3}$/.test(text ?? "") ? text.split(".").map(Number) : null
  return place && place[0] < first.length && place[1] < second.length ? place : null
}

/** How far from the first place to the last. */
const share = (axis, value) => (value - axis[0]) / (axis.at(-1) - axis[0] || 1)

export const { mount, unmount } = living("codes", Codes)
