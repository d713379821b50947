/* The numbers of the step that is looked at, as a table, and what the predictions are worth, in words. */

import { DASHES } from "../drawing/brush.js"
import { h, svg, write } from "../drawing/element.js"
import { count, number } from "../drawing/numbers.js"

const LEFT = 0.01 // of the gradient at the last step
const COLUMNS = ["network", "gradient that arrives", "predicted", "this step multiplies by", "lets it pass", "1 % is left after"]

export class Reading {
  constructor() {
    this.at = h("span")
    this.back = h("small")
    this.body = h("tbody")
    this.told = h("ul", { class: "told" })
    const heads = COLUMNS.map((text, i) => h("th", { scope: "col", class: i > 3 ? "more" : null }, text))
    this.root = h("div", { class: "reading" },
      h("div", { class: "when" }, this.at, this.back),
      h("table", {}, h("thead", {}, h("tr", {}, heads)), this.body),
      this.told)
  }

  /** walks: as in chart.js; at: the step; texts: what is said of the networks, one after the other. */
  draw(walks, at, texts) {
    const back = walks[0].arrives.length - 1 - at
    write(this.at, `time step ${at}`)
    write(this.back, back ? `${count(back, "step")} before the loss` : "the loss reads this state")
    if (this.cells?.length !== walks.length) this.#build(walks)
    walks.forEach((walk, k) => row(walk, at).forEach(([text, detail], i) => {
      const [main, small] = this.cells[k][i]
      write(main, text)
      write(small, detail ?? "")
    }))
    if (this.texts !== texts.join("\n")) this.told.replaceChildren(...texts.map((text) => h("li", {}, text)))
    this.texts = texts.join("\n")
  }

  #build(walks) {
    this.cells = []
    this.body.replaceChildren(...walks.map((_, k) => {
      const cells = COLUMNS.map(() => [h("span"), h("small")])
      this.cells.push(cells)
      return h("tr", {}, cells.map((parts, i) => (i ? h("td", { class: i > 3 ? "more" : null }, parts) : h("th", { scope: "row" }, swatch(k), parts))))
    }))
  }
}

/** [text, detail] of each column. */
function row({ name, of, arrives, before, predicted, factor, rate, formula, gate, passes }, at) {
  const last = at === arrives.length - 1
  return [
    [name, `∂L/∂${of}`],
    [number(arrives[at]), before ? `before clipping ${number(before[at])}` : null],
    [Number.isNaN(predicted[at]) ? "—" : number(predicted[at])],
    [Number.isNaN(factor[at]) ? "—" : number(factor[at]), rate === null || last ? null : `${formula} = ${number(rate)}`],
    [Number.isNaN(passes[at]) ? "—" : number(passes[at]), last ? null : gate],
    [reach(arrives)],
  ]
}

/** How far back the gradient is still at least 1 % of what it is at the last step. */
export function reach(gradient) {
  const last = gradient.length - 1
  for (let t = last; t >= 0; t--) if (gradient[t] < LEFT * gradient[last]) return count(last - t, "step")
  return `more than ${count(last, "step")}`
}

function swatch(k) {
  const dash = DASHES[k].join(" ")
  return svg("svg", { width: 34, height: 4, "aria-hidden": "true" },
    svg("line", { x1: 0, x2: 34, y1: 2, y2: 2, stroke: "currentColor", "stroke-width": 2.5, "stroke-dasharray": dash || null }))
}

/** A sentence for whoever cannot see the picture. */
export function spoken(walks, at) {
  const back = walks[0].arrives.length - 1 - at
  const each = walks.map(({ name, arrives }) => `${number(arrives[at])} in the ${name}`)
  return `Time step ${at}, ${count(back, "step")} before the loss. Gradient that arrives: ${each.join(", ")}.`
}
