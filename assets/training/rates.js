/* A slider a run for the learning rate: it acts while the network learns. Its places are steps of about a half power of ten. */

import { fillTrack, h } from "../drawing/element.js"
import { follow } from "../drawing/latest.js"
import { rateText } from "./words.js"

export class Rates {
  values = []

  constructor(report) {
    this.report = report
    this.root = h("div", { class: "rates" })
  }

  set(rates, options) {
    this.options = options
    this.first = rates.map(({ first }) => first)
    if (this.sliders?.length !== rates.length) this.#build(rates)
    rates.forEach(({ value }, run) => {
      if (this.values[run] === undefined || !this.sliders[run].range.matches(":active")) this.#show(run, value)
    })
  }

  put(run, value) {
    this.#show(run, value)
  }

  reset() {
    this.first.forEach((value, run) => this.#show(run, value))
  }

  #build(rates) {
    this.values = []
    this.sliders = rates.map((_, run) => {
      const label = rates.length > 1 ? `${"AB"[run]} learning_rate` : "learning_rate"
      const output = h("output"), range = h("input", { type: "range", min: 0, max: this.options.length - 1, step: 1, "aria-label": label })
      follow(range, (place, final) => {
        this.#show(run, this.options[place])
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
