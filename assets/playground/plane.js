/* The plane as the network divides it, with all points on it: click, tap or keys put points there and take them away. */

import { sized } from "../drawing/brush.js"
import { h } from "../drawing/element.js"
import { number } from "../drawing/numbers.js"
import { raster } from "./raster.js"
import { REACH } from "./points.js"

const NEAR = 12 // pixels from a point that mean it
const STEP = 0.125 // of an arrow key
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }

export class Plane {
  cursor = [0, 0]
  keyed = false // the cross is shown: keys were used

  /** act: {add(x1, x2), remove(at [x1, x2], reach), follow(at, reach), say(text)}. */
  constructor(act) {
    this.act = act
    this.canvas = h("canvas", { tabindex: 0, role: "application", "aria-roledescription": "plane of points" })
    this.canvas.onclick = (event) => this.#pressed(event, event.shiftKey)
    this.canvas.oncontextmenu = (event) => (event.preventDefault(), this.#pressed(event, true))
    this.canvas.onkeydown = (event) => this.#key(event)
    this.canvas.onblur = () => (this.keyed = false)
  }

  draw(picture, palette, side, name) {
    Object.assign(this, { picture, palette, side })
    const g = sized(this.canvas, side, side)
    this.canvas.style.width = `${side}px`
    g.imageSmoothingEnabled = true
    g.drawImage(raster(picture.output, picture.output.shape[0], palette), 0, 0, side, side)
    const { points, classes, example } = picture
    classes.forEach((kind, i) => this.#point(g, points[2 * i], points[2 * i + 1], kind, example?.point === i))
    if (this.keyed) this.#cross(g)
    if (this.canvas.getAttribute("aria-label") !== name) this.canvas.setAttribute("aria-label", name)
  }

  pixel = (v) => ((v + REACH) / (2 * REACH)) * this.side

  /** Class 0 is a disc, class 1 a square: not by colour alone. The example that is followed has a ring. */
  #point(g, x1, x2, kind, followed) {
    const x = this.pixel(x1), y = this.side - this.pixel(x2), r = 3.5
    g.beginPath()
    if (kind) g.rect(x - r, y - r, 2 * r, 2 * r)
    else g.arc(x, y, r, 0, 2 * Math.PI)
    g.fillStyle = this.palette.signed.fill[kind ? 512 : 0]
    g.fill()
    g.lineWidth = 1.5
    g.strokeStyle = this.palette.bg
    g.stroke()
    if (!followed) return
    g.beginPath()
    g.arc(x, y, 9, 0, 2 * Math.PI)
    g.lineWidth = 2.5
    g.strokeStyle = this.palette.ink
    g.stroke()
  }

  #cross(g) {
    const [x, y] = [this.pixel(this.cursor[0]), this.side - this.pixel(this.cursor[1])]
    g.lineWidth = 2
    g.strokeStyle = this.palette.ink
    g.beginPath()
    g.moveTo(x - 10, y)
    g.lineTo(x + 10, y)
    g.moveTo(x, y - 10)
    g.lineTo(x, y + 10)
    g.stroke()
  }

  #pressed({ offsetX, offsetY }, away) {
    if (!this.picture) return
    const at = [(offsetX / this.side) * 2 * REACH - REACH, REACH - (offsetY / this.side) * 2 * REACH]
    this.keyed = false
    this.cursor = at.map((v) => Math.max(-REACH, Math.min(REACH, v)))
    this.act.pressed(this.cursor, away, (NEAR / this.side) * 2 * REACH)
  }

  #key(event) {
    const move = MOVES[event.key], near = 1.5 * STEP
    if (event.ctrlKey || event.altKey || event.metaKey || !this.picture) return
    if (move) {
      this.cursor = this.cursor.map((v, i) => Math.max(-REACH, Math.min(REACH, (Math.round(v / STEP) + move[i]) * STEP)))
      this.act.say(`x₁ ${number(this.cursor[0])}, x₂ ${number(this.cursor[1])}`)
    } else if (event.key === "Enter" || event.key === " ") this.act.pressed(this.cursor, false, near / 3)
    else if (event.key === "Delete" || event.key === "Backspace") this.act.pressed(this.cursor, true, near)
    else return
    event.preventDefault()
    event.stopPropagation()
    this.keyed = true
    this.act.redraw()
  }
}
