/* Ten bars, 0 to 9: how sure a network is of the digit that is watched. */

import { h, write } from "../drawing/element.js"

const HIGH = 28 // pixels

/** What a network makes of the digit, in words. */
export function reading(probabilities) {
  const best = bestOf(probabilities)
  return best < 0 ? "no answer: the network is broken" : `reads a ${best}, ${Math.round(100 * probabilities[best])} % sure`
}

const bestOf = (probabilities) => probabilities.indexOf(Math.max(...probabilities))

export class Answer {
  constructor() {
    this.bars = Array.from({ length: 10 }, () => h("i"))
    this.columns = this.bars.map((bar, digit) => h("span", {}, bar, String(digit)))
    this.text = h("span")
    this.root = h("div", { class: "answer" }, h("div", { class: "bars", "aria-hidden": "true" }, this.columns), this.text)
  }

  draw(probabilities) {
    const best = bestOf(probabilities)
    this.bars.forEach((bar, digit) => (bar.style.height = `${Math.round(HIGH * (probabilities[digit] || 0))}px`))
    this.columns.forEach((column, digit) => column.classList.toggle("best", digit === best))
    write(this.text, reading(probabilities))
  }
}
