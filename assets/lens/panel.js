/* The arithmetic of one cell as a small document: what it is, the terms that make it or the cells it goes into,
   and what has been checked. Every number in it can be pointed at and pressed. */

import { h } from "../drawing/element.js"
import { number } from "../drawing/numbers.js"
import { agreement, strange } from "./checks.js"
import { Edit } from "./edit.js"
import { mapRows, pickRows, selectRows, sumRows } from "./rows.js"
import { bracket, said, where } from "./scene.js"
import { useRows } from "./uses.js"

export class Panel {
  constructor(lens, title) {
    this.lens = lens
    this.head = h("div", { class: "head" })
    this.edit = new Edit(lens)
    this.body = h("div", { class: "body" })
    this.root = h("section", { class: "sum", "aria-label": `Arithmetic of the selected cell, ${title}` },
      h("div", { class: "near" }, this.head, this.edit.root, this.body))
    this.body.onkeydown = (event) => this.#roam(event)
  }

  /** Draws the active cell; gives the sentence that says the same. */
  draw() {
    const { lens } = this, { act, arithmetic, uses } = lens, grid = lens.scene.grid[act.grid]
    const focused = this.root.getRootNode().activeElement?.dataset?.spot
    const made = this.#content(grid, act.cell, arithmetic, uses)
    this.head.replaceChildren(this.#title(grid, act.cell, made.value ?? said(grid, act.cell)))
    this.edit.draw(grid, act.cell)
    this.body.replaceChildren(...[made.content, this.#checks(grid, act.cell, made), this.#turn()].flat().filter(Boolean))
    this.#tabStop(focused)
    return `${grid.symbol} ${this.#at(grid, act.cell)}is ${made.value ?? said(grid, act.cell)}${made.sentence}`
  }

  #at(grid, cell) {
    const place = where(grid, cell)
    return place ? `at ${place} ` : ""
  }

  #title(grid, cell, value) {
    const { lens } = this, place = where(grid, cell), last = lens.trail.at(-1)
    return h("div", {},
      h("div", { class: "sh" },
        h("div", {},
          h("div", { class: "si" }, h("b", { class: `sym k-${grid.role}` }, grid.symbol), h("span", { class: "ix" }, bracket(grid, cell))),
          h("div", { class: "sw" }, place ? `${grid.name}; ${place}` : grid.name)),
        h("div", { class: "sv" }, value)),
      last && h("button", { class: "quiet back", type: "button", title: "Back (Backspace)", "data-spot": "back", onclick: () => lens.back() },
        `← back to ${lens.scene.grid[last.grid].symbol}${bracket(lens.scene.grid[last.grid], last.cell)}`))
  }

  #content(grid, cell, arithmetic, uses) {
    const { lens } = this
    if (arithmetic) {
      const rows = { sum: sumRows, map: mapRows, select: selectRows, pick: pickRows }[arithmetic.kind]
      return rows(lens, grid, cell, arithmetic)
    }
    if (uses.length) {
      const rows = useRows(lens, grid, cell, uses), told = grid.note && grid.role !== "input" // of what looks computed, and is not
      return told ? { ...rows, content: [h("p", { class: "muted note" }, grid.note), ...rows.content] } : rows
    }
    const made = lens.scene.steps.some((step) => step.target === grid.id)
    const text = made ? "Press it to see where it comes from."
      : lens.takesPart(grid.id) ? "Nothing uses this cell."
      : "Given from outside: nothing in this layer makes it."
    return { content: h("p", { class: "muted note" }, grid.note ?? text), sentence: `. ${grid.note ?? text}` }
  }

  #checks(grid, cell, { inexact }) {
    const { lens } = this, value = grid.values[cell]
    const note = (bad, ...text) => h("p", { class: bad ? "ck bad" : "ck" }, bad ? null : h("span", {}, "✓ "), ...text)
    const notes = []
    if (!Number.isFinite(value)) notes.push(h("p", { class: "ck bad" }, strange(lens, value, lens.arithmetic)))
    if (lens.arithmetic) {
      const { agrees, result } = lens.arithmetic
      if (agrees) notes.push(note(false, `ends in the number shown${inexact ? "; the lines are rounded" : ""}`))
      else if (agrees === false) notes.push(note(true, `The terms give ${number(result)}, the cell holds ${number(value)}.`))
    }
    if (grid.numeric) {
      const { text, ok } = agreement(value, grid.numeric[cell], lens.scene.loss)
      notes.push(ok === null ? h("p", { class: "ck" }, text) : note(!ok, text))
    } else if (grid.unchecked) notes.push(h("p", { class: "ck" }, grid.unchecked))
    return notes
  }

  /** A cell that is made and goes on: the other side is one press away. */
  #turn() {
    const { lens } = this, { made, arithmetic, uses } = lens
    if (!made || !uses.length) return null
    const text = !arithmetic ? "Show where it comes from" : `Goes into ${uses.length} cell${uses.length === 1 ? "" : "s"} of ${targets(lens, uses)}`
    return h("button", { class: "quiet turn", type: "button", "data-spot": "turn", onclick: () => lens.turn() }, text)
  }

  /** One tab stop for all the numbers of the panel; arrows move among them. */
  #tabStop(focused) {
    const stops = [...this.body.querySelectorAll(".fac")]
    const mine = stops.find((stop) => stop.dataset.spot === focused) ?? stops[0]
    for (const stop of stops) stop.tabIndex = stop === mine ? 0 : -1
    if (focused) this.root.querySelector(`[data-spot="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
  }

  #roam(event) {
    const stop = event.target.closest?.(".fac")
    if (!stop || !event.key.startsWith("Arrow")) return
    const [row, slot] = stop.dataset.spot.split(",").map(Number)
    const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key]
    const next = this.body.querySelector(`[data-spot="${row + down},${slot + across}"]`) ?? this.body.querySelector(`[data-spot^="${row + down},"]`)
    event.preventDefault()
    if (!next || next === stop) return
    stop.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }
}

const targets = (lens, uses) => [...new Set(uses.map((use) => lens.scene.grid[use.step.target].symbol))].join(" and ")
