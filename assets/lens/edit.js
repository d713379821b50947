/* Changes a number while it is dragged or typed. The value leaves through lens.send(grid, cell, value, final). */

import { fillTrack, h } from "../drawing/element.js"
import { follow } from "../drawing/latest.js"

export class Edit {
  #of = null // "grid/cell" that the controls stand for

  constructor(lens) {
    this.lens = lens
    this.range = h("input", { type: "range" })
    this.field = h("input", { type: "text", inputmode: "decimal", class: "field", autocomplete: "off", spellcheck: "false" })
    this.rule = h("p", { class: "rule", role: "alert" })
    this.label = h("span", {}, "change it")
    this.root = h("div", { class: "edit", hidden: true }, this.label, h("div", { class: "ed" }, this.range, this.field), this.rule)
    follow(this.range, (value, final) => {
      this.#show(value)
      this.#send(value, final)
    })
    this.field.onchange = () => this.#typed()
    this.root.onkeydown = (event) => event.stopPropagation() // its keys are not the lens's
  }

  draw(grid, cell) {
    const { selected } = this.lens, chosen = selected.grid === grid.id && selected.cell === cell && grid.edit
    if (!grid.edit) return void (this.root.hidden = true)
    if (!chosen && this.#of) return // pointing elsewhere in passing
    const of = `${grid.id}/${cell}`, busy = this.lens.waiting || this.range.matches(":active") || this.field.matches(":focus")
    this.root.hidden = false
    if (of === this.#of && busy) return // the hand is ahead of the server
    const { min, max, step } = grid.edit, name = `${grid.symbol} ${cell}`
    if (of !== this.#of) this.rule.textContent = ""
    this.#of = of
    this.bounds = { min, max, step, grid: grid.id, cell, digits: grid.digits }
    Object.assign(this.range, { min, max, step })
    this.range.setAttribute("aria-label", `change ${name}`)
    this.field.setAttribute("aria-label", `value of ${name}`)
    this.label.textContent = grid.role === "weight" ? "change this weight" : "change this number"
    this.#show(grid.values[cell])
  }

  #show(value) {
    this.value = value
    this.range.value = value
    this.field.value = String(+value.toPrecision(6)).replace("-", "−")
    fillTrack(this.range)
  }

  #typed() {
    const { min, max } = this.bounds, text = this.field.value.trim().replace("−", "-").replace(",", ".")
    const value = text === "" ? NaN : Number(text)
    if (!(value >= min && value <= max)) {
      this.rule.textContent = `A number from ${String(min).replace("-", "−")} to ${max}, please.`
      return this.#show(this.value)
    }
    this.rule.textContent = ""
    this.#show(value)
    this.#send(value, true)
  }

  #send(value, final) {
    this.lens.send(this.bounds.grid, this.bounds.cell, value, final)
  }
}
