/* One grid on the stage: its name, its canvas, the loupe under it, its scale and the small maps of its other axes.
   It hears pointer and keys, and draws what the lens says is lit. */

import { beyond, ends } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { bounds, paint } from "../drawing/paint.js"
import { ScaleLine } from "../drawing/scale.js"
import { PAD, boxWidth, rowNames } from "./layout.js"
import { heaviest } from "./light.js"
import { coordinates, place, planeOf, printedSizes, sizeWords, visible } from "./scene.js"
import { Thumbnails } from "./thumbnails.js"

const FADED = 0.38
const SHORT = 3 // letters of a name that stands above its column

/** How strong a cell is drawn that takes no part. A photograph is not faded: its brightness is its value. */
const faded = (grid, mask) => (mask && grid.scale.kind !== "brightness" ? FADED : 1)

export class GridBox {
  #crop = [0, 0] // first row and column in the loupe
  #overLoupe = false

  constructor(lens, grid) {
    this.lens = lens
    this.grid = grid
    this.cache = {}
    const words = sizeWords(grid), name = [h("b", { class: `sym k-${grid.role}` }, grid.symbol), " "]
    this.canvas = h("canvas", {
      tabindex: 0, role: "application", "aria-roledescription": "grid of numbers",
      "aria-label": `${grid.symbol}, ${grid.name}, ${words.join(" by ")}. Arrow keys move.`,
    })
    this.loupe = h("canvas", { class: "loupe", "aria-hidden": "true", hidden: true })
    const [low, high] = ends(grid.scale)
    this.more = h("span", { title: "Some cells lie beyond the scale. Where cells are large, a mark in the upper right corner says which." })
    const decades = grid.scale.kind === "log" ? [h("span", { title: `logarithmic, ${grid.scale.decades ?? 6} powers of ten` }, "log")] : []
    this.scale = new ScaleLine(...decades, this.more)
    this.scale.root.title = `Colour scale of ${grid.symbol}: fixed, from ${low} to ${high}`
    this.scale.root.hidden = grid.scale.kind === "label"
    this.thumbnails = grid.rest.length ? new Thumbnails(lens, this) : null
    const [first, second, ...others] = printedSizes(grid)
    const long = [[first, second].filter(Boolean).join(" × "), ...(others.length ? [h("br"), `× ${others.join(" × ")}`] : [])]
    this.heads = columnNames(grid)
    this.tails = rowNames(grid) && h("div", { class: "tails", "aria-hidden": "true" }, rowNames(grid).map((name) => h("span", {}, name)))
    this.root = h("div", { class: "grid", "data-grid": grid.id },
      h("div", { class: "gn" }, name, h("span", { class: "nm" }, grid.name)),
      h("div", { class: "gs" }, h("span", { class: "long" }, long), h("span", { class: "brief" }, grid.shape.join(" × ") || "1")),
      this.heads, this.tails, this.canvas, this.scale.root, this.loupe, this.thumbnails?.root)
    this.#listen()
  }

  get crop() {
    return this.#crop
  }

  get at() {
    return planeOf(this.grid, this.lens.planes)
  }

  /** Gives whether the small maps of its other axes find room. */
  layout(sizes, gap, label) {
    this.sizes = sizes
    this.asleep = null
    const { grid, lens } = this
    this.root.style.width = `${boxWidth(grid, sizes)}px`
    this.heads?.style.setProperty("--cell", `${sizes.cell.width}px`)
    this.root.style.setProperty("--names", `${sizes.names}px`)
    this.tails?.style.setProperty("--cell", `${sizes.cell.height}px`)
    this.tails?.toggleAttribute("hidden", !sizes.names)
    this.root.classList.toggle("picture", sizes.picture)
    this.root.classList.toggle("bright", grid.scale.kind === "brightness")
    this.root.classList.toggle("first", grid.column === 0)
    this.root.classList.toggle("large", grid.rows * grid.cols > 30 && !lens.scene.network) // below a network the grids stand as it computes
    this.loupe.hidden = !sizes.loupe
    this.scale.show(lens.palette, grid.scale, Math.max(30, Math.min(72, grid.cols * sizes.cell.width - 40)))
    return this.thumbnails?.fits(Math.max(boxWidth(grid, sizes), label) + gap) ?? true
  }

  draw() {
    const { lens, grid, sizes } = this, { act, pair } = lens
    this.canvas.tabIndex = lens.passedBy(grid.id) ? -1 : 0
    const at = this.at, mine = act.grid === grid.id, lit = lens.lit[grid.id], makes = mine && lens.arithmetic
    let mask = makes ? null : lit ?? null
    if (mine && mask) (mask = mask.slice())[act.cell] = 1
    const rings = []
    if (mine && visible(grid, act.cell, lens.planes)) rings.push(place(grid, act.cell))
    pair?.factors.forEach((id, f) => id === grid.id && visible(grid, pair.cells[f], lens.planes) && rings.push(place(grid, pair.cells[f])))
    const edge = lit && !makes ? lens.palette.role[grid.role] : null
    const matrix = { rows: grid.rows, cols: grid.cols, at, values: grid.values, scale: grid.scale }
    this.cache.stamp = `${lens.version}/${lens.scene.frame}/${at(0, 0)}`
    if (sizes.loupe) this.#aim(mask, rings)
    const within = lens.filling ? this.#within() : null
    const asleep = !mine && !lit && !rings.length && `${this.cache.stamp} ${lens.isTarget(grid.id)} ${this.#crop} ${within} ${lens.filling && this.#upto(mine)}`
    if (asleep && asleep === this.asleep) return // nothing to show before, nothing to show now
    this.asleep = asleep
    this.root.classList.toggle("off", !mine && !lit && !lens.isTarget(grid.id) && !lens.scene.frames)
    paint(this.canvas, matrix, sizes.cell, lens.palette, {
      pad: PAD, numbers: true, digits: grid.digits, lit: mask, dim: faded(grid, mask), edge, rings,
      edgeWidth: sizes.picture ? 1.5 : 2,
      upto: lens.filling ? this.#upto(mine) : null,
      within,
      frames: sizes.loupe ? [[...this.#crop, sizes.loupe.rows, sizes.loupe.cols]] : [],
      picture: sizes.picture ? this.cache : null,
    })
    if (sizes.loupe) this.#drawLoupe(matrix, mask, edge, rings)
    this.#sayBeyond()
    this.thumbnails?.draw(lit, mine)
  }

  /** How many cells of the drawn plane lie beyond the scale; counted once a plane. */
  #sayBeyond() {
    const { grid, at } = this
    if (this.counted === this.cache.stamp) return
    this.counted = this.cache.stamp
    let count = 0
    for (let i = 0; i < grid.rows; i++) for (let j = 0; j < grid.cols; j++) count += beyond(grid.values[at(i, j)], grid.scale)
    this.more.textContent = count ? `◥ ${count}` : ""
  }

  #drawLoupe(matrix, lit, edge, rings) {
    const { rows, cols, cell } = this.sizes.loupe, [row, column] = this.#crop
    const inside = rings.map(([r, c]) => [r - row, c - column]).filter(([r, c]) => r >= 0 && c >= 0 && r < rows && c < cols)
    const part = { ...matrix, rows, cols, at: (i, j) => matrix.at(row + i, column + j) }
    paint(this.loupe, part, cell, this.lens.palette, {
      pad: PAD, numbers: true, digits: this.grid.digits, lit, dim: faded(this.grid, lit), edge, rings: inside,
    })
  }

  /** Moves the loupe to what is ringed, to what is lit, or to where its twin's stands; under the pointer it rests. */
  #aim(lit, rings) {
    const { grid } = this, { rows, cols } = this.sizes.loupe
    const clamp = (row, column) => [Math.max(0, Math.min(grid.rows - rows, Math.round(row))), Math.max(0, Math.min(grid.cols - cols, Math.round(column)))]
    const [row, column] = (this.#crop = clamp(...this.#crop))
    if (this.#overLoupe) return
    const focus = rings.at(-1)
    const box = lit && this.#bounds((index) => lit[index])
    if (box && box[2] - box[0] <= rows && box[3] - box[1] <= cols && !(focus && this.lens.pair)) {
      this.#crop = clamp((box[0] + box[2] - rows) / 2, (box[1] + box[3] - cols) / 2)
    } else if (focus) {
      this.#crop = clamp(focus[0] - (rows - 1) / 2, focus[1] - (cols - 1) / 2)
    } else if (box) {
      const cell = heaviest(grid, this.lens.arithmetic, (cell) => visible(grid, cell, this.lens.planes))
      const [r, c] = cell === null ? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] : place(grid, cell)
      this.#crop = clamp(r - (rows - 1) / 2, c - (cols - 1) / 2)
    } else this.#crop = clamp(...(this.twin?.crop ?? [row, column]))
  }

  /** While the player walks along the columns: from the first that is known to the last. */
  #within() {
    const { lens, grid } = this, { along, arrow } = lens.phase, walked = lens.scene.grid[lens.act.grid]
    if (!along || grid.axes[grid.plane[1]] !== along || !lens.isTarget(grid.id)) return null
    const at = coordinates(walked, lens.act.cell)[walked.axes.indexOf(along)]
    return arrow === "left" ? [at, grid.cols - 1] : [0, at]
  }

  /** While the player walks: the last cell that is known, in reading order, along all cells or along the rows. */
  #upto(mine) {
    const { lens, grid } = this, { along } = lens.phase, walked = lens.scene.grid[lens.act.grid]
    if (!along) return mine ? this.#order(lens.act.cell) : null
    if (grid.axes[grid.plane[0]] !== along || !lens.isTarget(grid.id)) return null
    return (coordinates(walked, lens.act.cell)[walked.axes.indexOf(along)] + 1) * grid.cols - 1
  }

  #order(cell) {
    const [row, column] = place(this.grid, cell)
    return row * this.grid.cols + column
  }

  #bounds(test) {
    const { rows, cols } = this.grid
    return bounds({ rows, cols, at: this.at }, test)
  }

  /** The rectangle, in pixels from a corner of the page, around the cells that `test` accepts. */
  rectangle(test) {
    const box = this.#bounds(test)
    if (!box) return null
    const { left, top } = this.canvas.getBoundingClientRect(), { width, height } = this.sizes.cell
    return [left + PAD + box[1] * width, top + PAD + box[0] * height, left + PAD + box[3] * width, top + PAD + box[2] * height]
  }

  #listen() {
    const { lens } = this
    for (const canvas of [this.canvas, this.loupe]) {
      const hit = (event) => this.#hit(canvas, event)
      canvas.onpointermove = (event) => {
        if (lens.player.playing) return
        if (event.pointerType === "mouse" && !event.buttons) lens.point(this.grid.id, hit(event))
        else if (event.buttons) lens.pick(this.grid.id, hit(event))
      }
      canvas.onpointerdown = (event) => lens.pick(this.grid.id, hit(event))
      canvas.onpointerleave = () => lens.leave()
    }
    this.loupe.onpointerenter = () => (this.#overLoupe = true)
    this.loupe.addEventListener("pointerleave", () => (this.#overLoupe = false))
    this.loupe.addEventListener("pointerup", (event) => event.pointerType !== "mouse" && (this.#overLoupe = false))
    this.canvas.onfocus = () => {
      if (this.canvas.matches(":focus-visible")) lens.enter(this.grid.id)
    }
    this.canvas.onkeydown = (event) => this.#key(event)
  }

  #hit(canvas, { clientX, clientY }) {
    const { left, top } = canvas.getBoundingClientRect(), loupe = canvas === this.loupe
    const { cell, rows, cols } = loupe ? this.sizes.loupe : { ...this.sizes, rows: this.grid.rows, cols: this.grid.cols }
    const row = Math.max(0, Math.min(rows - 1, Math.floor((clientY - top - PAD) / cell.height)))
    const column = Math.max(0, Math.min(cols - 1, Math.floor((clientX - left - PAD) / cell.width)))
    return loupe ? this.at(row + this.#crop[0], column + this.#crop[1]) : this.at(row, column)
  }

  #key(event) {
    const { lens, grid } = this
    const on = lens.scene.graph && grid.cols === 1 && { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    let [row, column] = place(grid, lens.lastOf(grid.id))
    const moves = {
      Enter: () => {}, // the cell itself
      ArrowLeft: () => column--, ArrowRight: () => column++, ArrowUp: () => row--, ArrowDown: () => row++,
      Home: () => { column = 0; if (event.ctrlKey) row = 0 },
      End: () => { column = grid.cols - 1; if (event.ctrlKey) row = grid.rows - 1 },
    }
    const others = { PageDown: () => this.#turn(1), PageUp: () => this.#turn(-1) }
    if (event.altKey || event.metaKey) return
    if (on) lens.player.step(on) // from node to node, where there is nothing to the left and right
    else if (moves[event.key]) {
      moves[event.key]()
      lens.pick(grid.id, this.at(Math.max(0, Math.min(grid.rows - 1, row)), Math.max(0, Math.min(grid.cols - 1, column))))
    } else if (others[event.key] && grid.rest.length) others[event.key]()
    else return
    event.preventDefault()
  }

  #turn(by) {
    const axis = this.grid.rest.at(-1), word = this.grid.axes[axis], size = this.grid.shape[axis]
    this.lens.choose(word, ((this.lens.planes[word] ?? 0) + by + size) % size)
  }
}

/** Names of the columns above them, if they have names that are short enough: the letters of a word. */
function columnNames(grid) {
  const names = grid.names?.[grid.axes[grid.plane[1]]]
  if (!names || names.some((name) => name.length > SHORT)) return null
  return h("div", { class: "heads", "aria-hidden": "true" }, names.map((name) => h("span", {}, name)))
}
