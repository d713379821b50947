/* A place to draw. A digit becomes what the data set is made of: 32 × 32 dots, the drawing's own box made to fit, and of
   each block of 4 × 4 dots the share that is inked. */

import { h } from "./element.js"

const SIDE = 160, DOTS = 32, BLOCKS = 8, PEN = 16

export class Pad {
  #last = null
  inked = false

  constructor(report, { hint = "Draw a digit here.", large = false } = {}) {
    this.report = report
    this.hint = hint
    this.pen = large ? PEN / 2 : PEN
    this.canvas = h("canvas", { width: SIDE, height: SIDE, class: "sheet", tabindex: 0, role: "img", "aria-label": `${hint.replace(/ here\.$/, "")} with the mouse or a finger` })
    this.rule = h("p", { class: "rule", role: "status" }, hint)
    this.root = h("div", { class: "pad" }, this.canvas, h("div", {}, this.rule, h("button", { class: "quiet", type: "button", onclick: () => this.clear() }, "Clear")))
    this.canvas.onpointerdown = (event) => {
      this.canvas.setPointerCapture(event.pointerId)
      this.#last = this.#at(event)
      this.#line(this.#last, this.#last)
      event.preventDefault()
    }
    this.canvas.onpointermove = (event) => {
      if (!this.#last) return
      const at = this.#at(event)
      this.#line(this.#last, at)
      this.#last = at
      this.#tell()
    }
    this.canvas.onpointerup = this.canvas.onpointercancel = () => {
      this.#last = null
      this.#tell()
    }
    this.clear()
  }

  clear() {
    const g = this.canvas.getContext("2d", { willReadFrequently: true })
    g.fillStyle = "#000"
    g.fillRect(0, 0, SIDE, SIDE)
    this.inked = false
    this.say(this.hint)
  }

  say(text) {
    this.rule.textContent = text
  }

  /** The whole sheet, side × side bytes of grey; null where nothing is drawn. */
  picture(side) {
    if (!this.read()) return null
    const small = new OffscreenCanvas(side, side), g = small.getContext("2d")
    g.imageSmoothingQuality = "high"
    g.drawImage(this.canvas, 0, 0, side, side)
    return g.getImageData(0, 0, side, side).data.filter((_, k) => k % 4 === 0)
  }

  #at({ offsetX, offsetY }) {
    const { clientWidth } = this.canvas
    return [(offsetX * SIDE) / clientWidth, (offsetY * SIDE) / clientWidth]
  }

  #line([x0, y0], [x1, y1]) {
    const g = this.canvas.getContext("2d")
    g.strokeStyle = "#fff"
    g.lineWidth = this.pen
    g.lineCap = g.lineJoin = "round"
    g.beginPath()
    g.moveTo(x0, y0)
    g.lineTo(x1, y1 + 0.01)
    g.stroke()
  }

  #tell() {
    const drawing = this.read()
    this.inked = !!drawing
    this.say(drawing ? "" : "Nothing is drawn yet.")
    this.report(drawing)
  }

  /** 64 shares of ink, row by row; null where there is none. */
  read() {
    const pixels = this.canvas.getContext("2d").getImageData(0, 0, SIDE, SIDE).data
    const inked = (x, y) => x >= 0 && y >= 0 && x < SIDE && y < SIDE && pixels[4 * (y * SIDE + x)] > 127
    let [left, top, right, bottom] = [SIDE, SIDE, -1, -1]
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        if (!inked(x, y)) continue
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = Math.max(bottom, y)
      }
    }
    if (right < 0) return null
    const scale = Math.max(right - left + 1, bottom - top + 1, 2 * PEN) / DOTS
    const [x0, y0] = [(left + right + 1) / 2 - (scale * DOTS) / 2, (top + bottom + 1) / 2 - (scale * DOTS) / 2]
    const shares = new Array(BLOCKS * BLOCKS).fill(0), block = DOTS / BLOCKS
    for (let i = 0; i < DOTS; i++) {
      for (let j = 0; j < DOTS; j++) {
        if (inked(Math.floor(x0 + scale * (j + 0.5)), Math.floor(y0 + scale * (i + 0.5)))) shares[Math.floor(i / block) * BLOCKS + Math.floor(j / block)] += 1 / (block * block)
      }
    }
    return shares
  }
}
