/* Which digit is watched: one that was held out, or the learner's own drawing. The pad stands elsewhere than the choice. */

import { h, iconButton, write } from "../drawing/element.js"
import { Pad } from "../drawing/pad.js"
import { reading } from "./answer.js"

const SIDE = 8 // pixels of a digit

export class Look {
  wanted = null // what the server was asked to watch; null: the first held-out digit
  example = 0
  shown = undefined // what was drawn last

  constructor(report) {
    this.report = report
    const step = (name, text, by) => iconButton(name, text, () => this.#go(this.example + by))
    this.name = h("span", { class: "name" })
    this.pad = new Pad((drawing) => drawing && this.#watch({ drawing }))
    this.pad.root.hidden = true
    this.draw_ = h("button", { class: "quiet", type: "button", "aria-expanded": "false", onclick: () => this.#open(this.pad.root.hidden) }, "Draw a digit")
    this.digits = h("div", { class: "digits", role: "group", "aria-label": "held-out digit that is watched", onkeydown: (event) => this.#roam(event) })
    this.root = h("div", { class: "look" }, this.digits, h("span", { class: "one" }, step("back", "Previous digit", -1), this.name, step("next", "Next digit", 1)), this.draw_)
  }

  /** {labels: of all held-out digits, firsts: the first of each, pictures: of these}. */
  set({ labels, firsts, pictures }) {
    this.labels = labels
    if (this.buttons) return
    this.buttons = [...firsts].map((example) => h("button", { class: "tb", type: "button", "aria-label": `a ${labels[example]}`, title: `a ${labels[example]}`, onclick: () => this.#go(example) }, h("canvas", { width: SIDE, height: SIDE })))
    this.firsts = [...firsts]
    this.buttons.forEach(({ firstChild }, k) => bright(firstChild, pictures.subarray(SIDE * SIDE * k, SIDE * SIDE * (k + 1))))
    this.digits.replaceChildren(...this.buttons)
  }

  /** As an address says it: {example} or {drawing}. */
  restore(wanted) {
    this.wanted = wanted
    this.example = wanted?.example ?? 0
  }

  /** Whether a picture was made of the digit that is watched now. */
  same(look) {
    return JSON.stringify(look ?? null) === JSON.stringify(this.wanted)
  }

  /** runs: what the networks make of it; beside a drawing it is read there. */
  draw(runs) {
    const own = !!this.wanted?.drawing
    if (own && this.pad.inked) this.pad.say(runs.map((run, k) => `${runs.length > 1 ? `${"AB"[k]} ` : ""}${reading(run.probabilities)}`).join("; "))
    write(this.name, own ? "your drawing" : `held-out digit ${this.example + 1}, a ${this.labels[this.example]}`)
    this.buttons.forEach((button, k) => {
      const pressed = String(!own && this.firsts[k] === this.example)
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed)
    })
    if (this.shown !== this.wanted) this.#stopAt(Math.max(0, this.firsts.indexOf(own ? -1 : this.example)))
    this.shown = this.wanted
  }

  /** One tab stop for the ten; arrows move among them. */
  #stopAt(k) {
    this.buttons.forEach((button, i) => (button.tabIndex = i === k ? 0 : -1))
  }

  #roam(event) {
    const last = this.buttons.length - 1, at = this.buttons.indexOf(event.target.closest("button"))
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation() // elsewhere in the panel arrows step
    const next = Math.max(0, Math.min(last, to))
    this.#stopAt(next)
    this.buttons[next].focus()
  }

  #go(example) {
    this.example = (example + this.labels.length) % this.labels.length
    this.#open(false)
    this.#watch({ example: this.example })
  }

  #open(open) {
    this.pad.root.hidden = !open
    this.draw_.setAttribute("aria-expanded", String(open))
    this.draw_.textContent = open ? "Close the drawing" : "Draw a digit"
    if (open) this.pad.clear()
  }

  #watch(wanted) {
    this.wanted = wanted
    this.report(wanted)
  }
}

/** A digit in its own brightness, 0 to 255. */
function bright(canvas, pixels) {
  const g = canvas.getContext("2d"), image = g.createImageData(SIDE, SIDE)
  pixels.forEach((v, k) => image.data.set([v, v, v, 255], 4 * k))
  g.putImageData(image, 0, 0)
}
