/* The small maps beside a grid: one for every index of the axes that are not drawn (channels, filters). */

import { h } from "../drawing/element.js"
import { paint } from "../drawing/paint.js"
import { anyOf } from "./light.js"
import { called, planeOf } from "./scene.js"

const LARGEST = 46, PRESSABLE = 27 // pixels of a button and its gap
const MOST = 8 // rows of small maps

export class Thumbnails {
  constructor(lens, box) {
    this.lens = lens
    this.box = box
    const { grid } = box, across = grid.rest.at(-1), down = grid.rest.length > 1 ? grid.rest[0] : null
    this.axes = [grid.axes[across], down === null ? null : grid.axes[down]]
    this.buttons = []
    for (let d = 0; d < (down === null ? 1 : grid.shape[down]); d++) {
      for (let a = 0; a < grid.shape[across]; a++) this.buttons.push(this.#button(a, d))
    }
    const [word, other] = this.axes
    this.root = h("div", { class: "thumbs" },
      h("div", { class: "ax" }, `${[word, ...(grid.names?.[word] ?? [])].join(" ")} →`, other && `   ${other} ↓`),
      h("div", { class: "tg", style: { "grid-template-columns": `repeat(${grid.shape[across]}, max-content)` } }, this.buttons.map((b) => b.element)))
    this.across = grid.shape[across]
  }

  #button(a, d) {
    const { lens, box: { grid }, axes: [word, other] } = this
    const canvas = h("canvas")
    const element = h("button", {
      class: "tb", type: "button",
      "aria-label": `${grid.symbol}: show ${word} ${called(grid, word, a)}${other ? `, ${other} ${called(grid, other, d)}` : ""}`,
      onclick: () => lens.choose(word, a, other ? { [other]: d } : {}),
    }, canvas)
    return { element, canvas, planes: { [word]: a, ...(other ? { [other]: d } : {}) }, cache: {} }
  }

  /** Whether all of them find room below their grid; else the buttons above the stage stand in for them. */
  fits(room) {
    const fits = this.across * PRESSABLE <= room && this.buttons.length / this.across <= MOST
    this.root.hidden = !fits
    return fits
  }

  draw(lit, mine) {
    if (this.root.hidden) return
    const { lens, box: { grid, sizes, cache } } = this
    const room = Math.max(grid.cols * sizes.cell.width, 100)
    const side = Math.min(LARGEST, room / this.across - 9) / Math.max(grid.cols, grid.rows)
    const cell = side >= 1 ? Math.floor(side) : Math.max(0.25, side)
    for (const { element, canvas, planes, cache: own } of this.buttons) {
      const drawn = { ...lens.planes, ...planes }, at = planeOf(grid, drawn), any = lit && !mine && anyOf(grid, lit, drawn)
      own.stamp = `${cache.stamp}/${at(0, 0)}`
      paint(canvas, { rows: grid.rows, cols: grid.cols, at, values: grid.values, scale: grid.scale }, { width: cell, height: cell }, lens.palette, {
        pad: 2, picture: own, lit: any ? lit : null, edge: any ? lens.palette.role[grid.role] : null, edgeWidth: 1.5,
      })
      const shown = Object.entries(planes).every(([axis, index]) => (lens.planes[axis] ?? 0) === index)
      element.setAttribute("aria-pressed", String(shown))
    }
  }
}
