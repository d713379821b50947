/* Small pictures in a table, on one scale that is printed once. Pictures of one place belong together: they stand side by
   side, or below each other where there is no room, and never part. Pointing at a cell shows its value. */

import { palette } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { number } from "../drawing/numbers.js"
import { paint } from "../drawing/paint.js"
import { unparcel } from "../drawing/payload.js"
import { ScaleLine } from "../drawing/scale.js"
import { applyTheme } from "../drawing/theme.js"

const LARGEST = 12, SMALLEST = 2 // pixels a cell
const READABLE = 6 // smaller cells side by side are stacked instead
const GAP = 4, BETWEEN = 16 // pixels between two pictures of a place, and between two places; as in sheet.css
const FRAME = 1 // pixels

class Sheet {
  drawn = 0

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.layout())
    this.observer.observe(root)
  }

  close() {
    this.observer.disconnect()
  }

  set(bytes) {
    this.data = unparcel(bytes)
    applyTheme(this.root)
    this.palette = palette(this.root)
    const shape = JSON.stringify([this.data.lines, this.data.columns, this.data.pictures.map(({ values }) => values.shape)])
    if (shape !== this.shape) this.#build()
    this.shape = shape
    this.table.setAttribute("aria-label", this.data.alt)
    this.scale.show(this.palette, this.data.scale)
    this.layout()
    this.root.dataset.drawn = ++this.drawn
  }

  #build() {
    const { lines, columns, pictures, role } = this.data
    this.views = pictures.map((picture, i) => {
      const canvas = h("canvas", { role: "img" })
      canvas.onpointermove = canvas.onpointerdown = (event) => this.#point(i, event)
      canvas.onpointerleave = () => this.#point(i, null)
      return { canvas, picture, says: `${lines[picture.line]}, ${columns[picture.column]}` }
    })
    const places = lines.map((line, at) => h("tbody", {},
      h("tr", {}, h("th", { scope: "rowgroup", colspan: columns.length }, h("span", {}, line))),
      h("tr", {}, ...columns.map((_, column) => h("td", {}, h("div", { class: "place" }, ...this.views
        .filter(({ picture }) => picture.line === at && picture.column === column).map(({ canvas }) => canvas)))))))
    const head = h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col", class: `k-${role}` }, column))))
    this.table = h("table", {}, head, ...places)
    this.value = h("span", { class: "value" })
    this.scale = new ScaleLine(this.value)
    this.root.replaceChildren(this.table, this.scale.root)
  }

  layout() {
    this.width = this.root.clientWidth
    if (!this.data || !this.width) return
    const { columns, pictures } = this.data
    const room = Math.floor(this.width / columns.length) - BETWEEN
    const widest = Math.max(...pictures.map(({ values }) => values.shape[1])), together = Math.max(...count(pictures))
    const beside = Math.floor((room - (together - 1) * GAP - 2 * together * FRAME) / (together * widest))
    const stacked = beside < READABLE
    const cell = stacked ? Math.floor((room - 2 * FRAME) / widest) : beside
    this.cell = Math.max(SMALLEST, Math.min(LARGEST, cell))
    this.root.classList.toggle("stacked", stacked)
    this.views.forEach((view) => this.#draw(view))
  }

  #draw({ canvas, picture: { values }, says, pointed }) {
    const [rows, cols] = values.shape, cell = { width: this.cell, height: this.cell }
    const matrix = { rows, cols, at: (i, j) => i * cols + j, values, scale: this.data.scale }
    paint(canvas, matrix, cell, this.palette, { picture: {}, rings: pointed ? [pointed] : [] })
    canvas.setAttribute("aria-label", `${says}: ${rows} by ${cols}, from ${number(Math.min(...values))} to ${number(Math.max(...values))}`)
  }

  #point(i, event) {
    const view = this.views[i], { values } = view.picture, [rows, cols] = values.shape
    view.pointed = null
    this.value.textContent = ""
    if (event) {
      const { left, top } = view.canvas.getBoundingClientRect()
      const clamp = (v, size) => Math.max(0, Math.min(size - 1, Math.floor(v / this.cell)))
      view.pointed = [clamp(event.clientY - top - FRAME, rows), clamp(event.clientX - left - FRAME, cols)]
      const [row, column] = view.pointed
      this.value.textContent = `${view.says} [${row}, ${column}] ${number(values[row * cols + column])}`
    }
    this.#draw(view)
  }
}

/** How many pictures stand in each place that has any. */
function count(pictures) {
  const places = new Map()
  for (const { line, column } of pictures) places.set(`${line}/${column}`, (places.get(`${line}/${column}`) ?? 0) + 1)
  return places.values()
}

export const { mount, unmount } = living("sheet", Sheet)
