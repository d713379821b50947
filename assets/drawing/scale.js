/* The line that says what colours mean: both ends of a scale, and its colours between them. */

import { ends, gradient } from "./colour.js"
import { h, write } from "./element.js"

export class ScaleLine {
  /** `more` stands behind it. */
  constructor(...more) {
    this.ends = [h("span", {}), h("span", {})]
    this.bar = h("i", { "aria-hidden": "true" })
    this.root = h("div", { class: "gscale" }, this.ends[0], this.bar, this.ends[1], ...more)
  }

  /** Where nothing else is said, the bar is as wide as its style has it. */
  show(palette, scale, width = null) {
    ends(scale).forEach((end, k) => write(this.ends[k], end))
    this.bar.style.background = gradient(palette, scale)
    if (width) this.bar.style.width = `${width}px`
  }
}
