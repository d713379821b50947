/* Which digit is watched: one that was held out, or the learner's own drawing; and how sure each network is of it. */

import { h, icon } from "../drawing/element.js"
import { Pad } from "../drawing/pad.js"

export class Look {
  wanted = null // what the server was asked to watch; null: the first held-out digit
  example = 0

  constructor(report) {
    this.report = report
    const step = (name, text, by) => h("button", { class: "ib", type: "button", "aria-label": text, title: text, onclick: () => this.#go(this.example + by) }, icon(name))
    this.name = h("span", { class: "name" })
    this.pad = new Pad((drawing) => this.#drawn(drawing))
    this.pad.root.hidden = true
    this.draw_ = h("button", { class: "quiet", type: "button", "aria-expanded": "false", onclick: () => this.#open(this.pad.root.hidden) }, "Draw a digit")
    this.answers = h("div", { class: "answers" })
    this.root = h("div", { class: "look" }, step("back", "Previous digit", -1), this.name, step("next", "Next digit", 1), this.draw_, this.answers, this.pad.root)
  }

  set(examples) {
    this.examples = examples
  }

  /** Whether a picture was made of the digit that is watched now. */
  same(look) {
    return JSON.stringify(look ?? null) === JSON.stringify(this.wanted)
  }

  draw(runs) {
    const { label } = runs[0]
    this.name.textContent = label == null ? "your drawing" : `held-out digit ${this.example + 1}, a ${label}`
    this.answers.replaceChildren(...runs.map((run, i) => answer(run.probabilities, runs.length > 1 ? "AB"[i] : "")))
  }

  #go(example) {
    this.example = (example + this.examples) % this.examples
    this.#open(false)
    this.#watch({ example: this.example })
  }

  #drawn(drawing) {
    if (drawing) this.#watch({ drawing })
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

/** Ten bars, 0 to 9: how sure the network is. */
function answer(probabilities, name) {
  const best = probabilities.indexOf(Math.max(...probabilities))
  const bars = [...probabilities].map((p, digit) => h("span", { class: digit === best ? "best" : "" }, h("i", { style: { height: `${Math.round(28 * p)}px` } }), String(digit)))
  const text = Number.isNaN(probabilities[0]) ? "no answer: the network is broken" : `reads a ${best}, ${Math.round(100 * probabilities[best])} % sure`
  return h("div", { class: "answer" }, h("div", { class: "bars", "aria-hidden": "true" }, bars), h("span", {}, `${name} ${text}`))
}
