/* A slider a run for the learning rate: it acts while the network learns. Its places are steps of about a half power of ten. */

import { fillTrack, h } from "../drawing/element.js"
import { follow } from "../drawing/latest.js"
import { rateText } from "./words.js"

export class Rates {
  values = []
  own = [] // by run: what the hand has set and the server has not repeated yet

  constructor(report) {
    this.report = report
    this.root = h("div", { class: "rates" })
  }

  /** What the server says, except where a newer value is on its way to it. Gives the runs whose rate it has changed. */
  set(rates, options) {
    this.options = options
    this.first = rates.map(({ first }) => first)
    if (this.sliders?.length !== rates.length) this.#build(rates)
    const changed = []
    rates.forEach(({ value }, run) => {
      if (this.own[run] === value) this.own[run] = undefined
      if (this.own[run] !== undefined || this.values[run] === value) return
      this.#show(run, value)
      changed.push(run)
    })
    return changed
  }

  put(run, value) {
    if (this.values[run] === value) return
    this.own[run] = value
    this.#show(run, value)
  }

  reset() {
    this.first.forEach((value, run) => this.put(run, value))
  }

  #build(rates) {
    this.values = []
    this.own = []
    this.sliders = rates.map((_, run) => {
      const label = rates.length > 1 ? `${"AB"[run]} learning_rate` : "learning_rate"
      const output = h("output"), range = h("input", { type: "range", min: 0, max: this.options.length - 1, step: 1, "aria-label": label })
      follow(range, (place, final) => {
        this.put(run, this.options[place])
        this.report(run, this.options[place], final)
      })
      return { range, output, root: h("label", { class: "rate" }, h("span", {}, label), range, output) }
    })
    this.root.replaceChildren(...this.sliders.map((slider) => slider.root))
  }

  #show(run, value) {
    this.values[run] = value
    const { range, output } = this.sliders[run], text = rateText(value)
    range.value = this.options.indexOf(value)
    range.setAttribute("aria-valuetext", text)
    output.textContent = text
    fillTrack(range)
  }
}
