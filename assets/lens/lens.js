/* The lens: point at any number and see where it comes from, forward and backward.
   It knows no layer. A scene arrives as bytes (experiments/scene/); everything after that happens here, with no
   message to the server but for edits. This file holds the state; drawing/source.js speaks with the server, the others draw. */

import { keepParameters } from "../drawing/address.js"
import { palette } from "../drawing/colour.js"
import { isFree, seen } from "../drawing/keys.js"
import { living } from "../drawing/living.js"
import { unpack, unparcel } from "../drawing/payload.js"
import { Player } from "../drawing/player.js"
import { Source } from "../drawing/source.js"
import { applyTheme, onFont, stillness } from "../drawing/theme.js"
import { furnish } from "./furnish.js"
import { arrange } from "./layout.js"
import { lightOf, planesInLight } from "./light.js"
import { existing, PageLink } from "./link.js"
import { drawRibbons } from "./ribbons.js"
import { coordinates, place, planeOf, prepareScene, showFrame, structure, visible } from "./scene.js"
import { arithmetic, stepOf, takesPart, usesOf } from "./steps.js"
import { table } from "./table.js"
import { Walk } from "./walk.js"

const SPOKEN_AFTER = 180 // milliseconds of rest before the polite line is read out
const TRAIL = 50

export class Lens {
  version = 0 // counts scenes
  drawn = 0
  chosen = {} // axis word → index that the learner or the selection has chosen, shared by all grids
  held = new Set() // axis words that the learner turned by hand since the last selection
  planes = {} // axis word → index drawn: as chosen, or where the lit cells are
  remembered = {} // grid → the cell of it that was selected last
  selected = null // {grid, cell}
  hover = null
  pair = null // the term that is pointed at in the panel
  trail = [] // where "back" leads
  filling = false // the player walks: cells still to come are blank
  expanded = false
  showUses = false
  touched = false // the learner has chosen something: it stands in the address

  /** link: where the selection is kept, if not in a parameter of its own. */
  constructor(root, link = null) {
    this.root = root
    this.link = link
    this.source = new Source(this)
    this.shows = ({ grid, cell }) => visible(this.scene.grid[grid], cell, this.planes)
    root.addEventListener("keydown", (event) => this.#key(event))
    document.addEventListener("keydown", this.#keyOnPage)
    this.observer = new ResizeObserver(() => Math.abs(root.clientWidth - this.width) > 1 && this.layout())
    this.observer.observe(root)
    onFont(root, () => this.layout())
  }

  close() {
    this.player?.stop()
    this.observer.disconnect()
    this.source.close()
    document.removeEventListener("keydown", this.#keyOnPage)
    this.link?.drop()
    clearTimeout(this.speech)
  }

  /** New bytes, or the same in another theme. */
  set(data, report) {
    const { link, live, answered, scene } = unparcel(data)
    this.link ??= new PageLink(link)
    this.source.set(live, report)
    if (live) keepParameters(live.settings)
    this.show(scene)
    this.source.answered(answered)
  }

  /** The scene that is shown next opens in this direction, on this cell, or else on the one that the direction begins with. */
  openOn({ phase, grid, cell }) {
    this.opening = { phase, grid, cell }
  }

  /** The keyboard goes to the selected cell. */
  focus() {
    this.boxes[this.selected.grid].canvas.focus({ preventScroll: true })
  }

  /** Draws a packed scene. */
  show(bytes) {
    const scene = prepareScene(unpack(bytes)), old = this.scene
    const same = old && structure(old) === structure(scene)
    this.version++
    this.scene = scene
    if (old?.frames && scene.frames) showFrame(scene, Math.min(old.frame, scene.frames.count - 1))
    this.#keepSelection(old)
    applyTheme(this.root)
    this.palette = palette(this.root)
    if (same) for (const [id, box] of Object.entries(this.boxes)) box.grid = scene.grid[id]
    else this.#build()
    if (!same || this.themed !== this.palette) this.layout()
    else this.update()
    this.themed = this.palette
    this.root.dataset.drawn = ++this.drawn
    if (this.touched || this.#movedOn) this.#writeLink()
  }

  /** What is selected is not what a fresh page would select: the address has to say it. */
  get #movedOn() {
    const [grid, cell] = this.phase.start
    return this.selected.grid !== grid || this.selected.cell !== cell
  }

  /** The same cell stays selected, or the one nearest to it where shapes have changed. */
  #keepSelection(old) {
    const { scene, opening } = this
    const linked = opening ? existing(scene, opening) : old ? null : this.link?.read(scene)
    this.opening = null
    if (opening) this.selected = null
    if (linked) {
      this.touched = true
      showFrame(scene, linked.frame)
    }
    const direction = (linked ?? opening)?.phase ?? this.phase?.id
    this.phase = scene.phases.find((phase) => phase.id === direction) ?? scene.phases[0]
    const grid = scene.grid[linked?.grid ?? this.selected?.grid]
    if (!grid) this.selected = { grid: this.phase.start[0], cell: this.phase.start[1] }
    else if (linked) this.selected = { grid: linked.grid, cell: linked.cell }
    else {
      const before = old.grid[grid.id], at = coordinates(before, this.selected.cell)
      const index = (axis, i) => Math.min(at[before.axes.indexOf(axis)] ?? 0, grid.shape[i] - 1)
      this.selected = { grid: grid.id, cell: grid.axes.reduce((sum, axis, i) => sum + index(axis, i) * grid.stride[i], 0) }
    }
    const exists = ({ grid: id, cell }) => scene.grid[id] && cell < scene.grid[id].size
    this.trail = this.trail.filter(exists)
    if (this.hover && !exists(this.hover)) this.hover = null
    this.pair = null
    this.#follow(this.selected)
  }

  #build() {
    this.player?.stop()
    this.player = new Player(new Walk(this))
    this.remembered = {}
    Object.assign(this, furnish(this))
  }

  layout() {
    this.width = this.root.clientWidth
    if (!this.scene || !this.width) return
    const { beside, flow, sizes, ...lengths } = arrange(this.scene.grids, this.width, { width: innerWidth, height: innerHeight, presented: document.documentElement.hasAttribute("data-present") })
    this.root.classList.toggle("narrow", !beside)
    this.root.classList.toggle("flow", flow)
    for (const [name, length] of Object.entries(lengths)) this.root.style.setProperty(`--${name}`, `${length}px`)
    this.diagram?.layout?.()
    const fitting = Object.entries(this.boxes).map(([id, box]) => box.layout(sizes[id], lengths.gap, lengths.label))
    this.root.classList.toggle("crowded", fitting.includes(false))
    this.update()
  }

  // ---------------------------------------------------------------- state

  isTarget(grid) {
    return stepOf(this.scene, grid, this.phase.id) !== undefined
  }

  takesPart(grid) {
    return takesPart(this.scene, grid, this.phase.id)
  }

  /** It takes part in the other direction alone: Tab goes past it. */
  passedBy(grid) {
    return !this.takesPart(grid) && this.scene.phases.some(({ id }) => takesPart(this.scene, grid, id))
  }

  #follow({ grid: id, cell }) {
    const grid = this.scene.grid[id], at = coordinates(grid, cell)
    for (const i of grid.rest) this.chosen[grid.axes[i]] = at[i]
  }

  /** The cell of a grid that was selected last; at first the one that its direction starts with, else the first. */
  lastOf(grid) {
    return this.remembered[grid] ?? this.scene.phases.find(({ start }) => start[0] === grid)?.start[1] ?? 0
  }

  /** The keyboard has come to a grid: its last cell is selected again, on the plane that is drawn, unless it takes no part
      in this direction. */
  enter(id) {
    if (this.selected.grid === id || !this.takesPart(id)) return
    const grid = this.scene.grid[id]
    this.player.stop()
    this.#select(id, planeOf(grid, this.planes)(...place(grid, this.lastOf(id))))
  }

  /** The grid whose canvas has the keyboard's focus. */
  get focusedBox() {
    const { activeElement } = this.root.getRootNode()
    return Object.values(this.boxes).find((box) => box.canvas === activeElement)
  }

  point(grid, cell) {
    if (this.hover?.grid === grid && this.hover.cell === cell) return
    this.hover = { grid, cell }
    this.filling = false
    this.update()
  }

  leave() {
    if (!this.hover) return
    this.hover = null
    this.update()
  }

  /** Selects a cell; where it takes no part in this direction, the direction that it takes part in. */
  pick(grid, cell) {
    this.player.stop()
    this.trail = []
    this.#select(grid, cell)
  }

  /** Follows a number of the panel; "back" returns. */
  go(grid, cell) {
    this.player.stop()
    this.trail = [...this.trail, { ...this.selected, phase: this.phase.id }].slice(-TRAIL)
    this.#select(grid, cell)
  }

  back() {
    const last = this.trail.pop()
    if (!last) return
    this.phase = this.scene.phases.find((phase) => phase.id === last.phase) ?? this.phase
    this.#select(last.grid, last.cell)
  }

  #select(grid, cell) {
    const changed = this.selected.grid !== grid || this.selected.cell !== cell
    this.hover = this.pair = null
    this.filling = false
    if (changed) this.expanded = this.showUses = false
    this.held.clear()
    this.selected = { grid, cell }
    this.#follow(this.selected)
    const { phases } = this.scene, of = (test) => phases.find((phase) => test(this.scene, grid, phase.id))
    if (!this.takesPart(grid)) this.phase = of(stepOf) ?? of(takesPart) ?? this.phase
    this.#touch()
    this.update()
  }

  /** Where the selected cell is not made in that direction: to the gradient of one that is given, else to where it begins. */
  setPhase(id, focus = this.focusedBox) {
    this.player.stop()
    this.phase = this.scene.phases.find((phase) => phase.id === id) ?? this.phase
    if (!this.isTarget(this.selected.grid)) {
      const [grid, cell] = this.phase.start, { scene, selected } = this, given = !scene.steps.some(({ target }) => target === selected.grid)
      this.selected = given && this.touched && this.isTarget(`d${selected.grid}`) ? { grid: `d${selected.grid}`, cell: selected.cell } : { grid, cell }
      this.#follow(this.selected)
    }
    this.hover = null
    this.held.clear()
    this.filling = this.expanded = this.showUses = false
    this.#touch()
    this.update()
    const box = this.boxes[this.selected.grid]
    if (focus) box.canvas.focus({ preventScroll: true })
    if (this.diagram) return // it shows this direction's numbers already, and what is pressed next stays in view
    this.extents[box.grid.lane].scrollIntoView({ block: "nearest", behavior: stillness.matches ? "auto" : "smooth" })
  }

  /** Draws another index of an axis; the selection keeps its row and column. */
  choose(axis, index, others = {}) {
    const turned = { [axis]: index, ...others }
    Object.assign(this.chosen, turned)
    for (const word of Object.keys(turned)) this.held.add(word)
    const grid = this.scene.grid[this.selected.grid], [row, column] = place(grid, this.selected.cell)
    this.selected = { grid: grid.id, cell: planeOf(grid, this.chosen)(row, column) }
    this.#touch()
    this.update()
  }

  /** Rings the factors of a term that is pointed at in the panel. */
  ring(term) {
    if (this.pair === term) return
    this.pair = term
    for (const box of Object.values(this.boxes)) box.draw()
  }

  expand(open) {
    this.expanded = open
    this.update()
  }

  turn() {
    this.showUses = !this.showUses
    this.update()
  }

  send(grid, cell, value, final) {
    this.#touch()
    this.source.send(grid, cell, value, final)
  }

  get waiting() {
    return this.source.waiting
  }

  #touch() {
    this.touched = true
    this.#writeLink()
  }

  #writeLink() {
    this.link?.write({ phase: this.phase.id, ...this.selected, frame: this.scene.frame })
  }

  /** The player has moved on: to another frame, or to a cell, with those after it still to come. */
  walked(cell = null) {
    this.hover = null
    if (cell) {
      this.selected = cell
      this.filling = true
    }
    this.#touch()
    this.update()
  }

  /** The player rests: all that is known is drawn again. */
  paused() {
    this.filling = false
    this.update()
  }

  /** Keys for the lens that belongs to the page, while nothing has the focus that wants them. What is moved is seen:
      where the lens is scrolled away, Space scrolls on. */
  #keyOnPage = (event) => {
    const { key } = event, modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey
    if (!this.link?.name || !this.scene || modified || !isFree(event)) return
    const phase = this.scene.phases["fb".indexOf(key)], by = { ArrowLeft: -1, ArrowRight: 1 }[key]
    if (!seen(this.root) || (key !== " " && !by && !phase)) return
    event.preventDefault()
    if (phase) this.setPhase(phase.id, !this.scene.graph) // the keys of a page step from node to node, those of a cell within its grid
    else if (by) this.player.step(by)
    else if (!event.repeat) this.player.toggle()
  }

  #key(event) {
    const { key, target } = event, typing = target.matches("input")
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return
    const { phases } = this.scene
    if (key === " " && target.matches("canvas")) this.player.toggle()
    else if (key === "f") this.setPhase(phases[0].id)
    else if (key === "b") this.setPhase((phases[1] ?? phases[0]).id)
    else if (key === "Backspace" && this.trail.length) this.back()
    else return
    event.preventDefault()
  }

  /** The address with what is selected: who opens it sees exactly this. */
  copyLink() {
    this.#touch()
    this.link.copy(this.copyButton)
  }

  toggleTable() {
    this.tabled = !this.tabled
    this.tableButton.setAttribute("aria-expanded", String(this.tabled))
    this.tableButton.textContent = this.tabled ? "Hide table" : "Show as table"
    this.#drawTable()
  }

  #drawTable() {
    const grid = this.scene.grid[this.selected.grid]
    this.tableBox.replaceChildren(...(this.tabled ? [table(grid, planeOf(grid, this.planes), this.selected.cell)] : []))
    this.tableBox.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" })
  }

  // ---------------------------------------------------------------- drawing

  update() {
    if (!this.boxes || !this.width) return
    const act = (this.act = this.hover ?? this.selected), values = (id) => this.scene.grid[id].values
    const step = stepOf(this.scene, act.grid, this.phase.id)
    this.made = step ? arithmetic(step, act.cell, values) : null
    this.arithmetic = this.showUses && !this.hover ? null : this.made
    this.uses = usesOf(this.scene, act.grid, act.cell, this.phase.id)
    this.lit = lightOf(this.scene, this.arithmetic, this.uses)
    this.remembered[this.selected.grid] = this.selected.cell
    this.planes = planesInLight(this)
    for (const button of this.directions) button.setAttribute("aria-pressed", String(button.dataset.phase === this.phase.id))
    for (const button of this.choices.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String((this.planes[button.dataset.axis] ?? 0) === +button.dataset.index))
    }
    this.heads.forEach((head, lane) => head.classList.toggle("on", lane === this.phase.lane))
    const takesPart = ({ grid: { id } }) => id === act.grid || this.lit[id] !== undefined
    const boxes = Object.values(this.boxes)
    for (const box of [...boxes.filter(takesPart), ...boxes.filter((box) => !takesPart(box))]) box.draw() // twins follow
    this.diagram?.draw()
    drawRibbons(this.ribbons, this)
    this.say(this.panel.draw())
    this.player.draw()
    if (this.tabled) this.#drawTable()
  }

  /** A sentence under the stage, read out after a rest. */
  say(text) {
    this.line.textContent = text
    clearTimeout(this.speech)
    this.speech = setTimeout(() => {
      if (this.live.textContent !== text) this.live.textContent = text
    }, SPOKEN_AFTER)
  }
}

export const { mount, unmount } = living("lens", Lens, ({ setStateValue }, edit) => setStateValue("edit", edit))
