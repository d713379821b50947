/* The gradient's way back through unrolled networks: rows of steps, and a chart on a log scale that never moves, with one time
   axis for both. It knows arrays and names, no layer: what arrives where was computed by the engine
   (experiments/recurrent/walk.py). While a slider is dragged the arrays come by address, with no run of the page. */

import { copyAddress, dropParameter, keepParameters, readParameter, writeParameter } from "../drawing/address.js"
import { sized } from "../drawing/brush.js"
import { palette } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { number } from "../drawing/numbers.js"
import { unpack, unparcel } from "../drawing/payload.js"
import { Player } from "../drawing/player.js"
import { Source } from "../drawing/source.js"
import { applyTheme, onFont } from "../drawing/theme.js"
import { drawChart } from "./chart.js"
import { legend } from "./legend.js"
import { Reading, spoken } from "./reading.js"
import { room } from "./room.js"
import { drawRows } from "./rows.js"

const SPOKEN_AFTER = 250 // milliseconds of rest
const FIRST = 0.4 // of the time axis: where a fresh page looks at
const BAND = 40 // pixels that the cursor is wide at most
const SLOW = 160, WALK = 12_000 // milliseconds a step, and for the whole way

/** Each play begins at the loss, but for one that rests on its way; a step by hand ends it. */
class WalkBack extends Player {
  toggle() {
    if (!this.playing) this.track.begin()
    super.toggle()
  }

  go(t) {
    this.track.end()
    super.go(t)
  }
}

class Unrolled {
  version = 0 // counts pictures
  drawn = 0
  selected = null // a time step; null: as on a fresh page
  hover = null
  walking = false // the gradient is on its way: steps before it are blank

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    this.source = new Source(this)
    this.canvas = h("canvas", { role: "img" })
    this.player = new WalkBack({
      at: () => this.at, count: () => this.steps + 1, against: true,
      show: (t) => this.#goTo(t), label: (t) => ["time step", `time step ${t}`],
      begin: () => this.#begin(), end: () => (this.walking = false),
      get pace() { return Math.min(SLOW, WALK / this.count()) },
    })
    this.reading = new Reading()
    this.legend = h("div", { class: "signs" })
    this.problem = h("p", { role: "status" })
    this.live = h("p", { class: "vh", "aria-live": "polite" })
    this.copyButton = h("button", { class: "quiet", type: "button", onclick: () => this.#copy() }, "Copy link")
    root.replaceChildren(h("div", { class: "bar" }, this.player.root, this.copyButton), this.canvas, this.legend, this.problem, this.reading.root, this.live)
    this.#listen()
    this.observer = new ResizeObserver(() => Math.abs(root.clientWidth - this.width) > 1 && this.draw())
    this.observer.observe(root)
    onFont(root, () => this.draw())
  }

  close() {
    this.player.stop()
    this.observer.disconnect()
    this.source.close()
    dropParameter(this.link)
    clearTimeout(this.speech)
  }

  /** From the page: {title, link, live, texts, picture}. */
  set(data) {
    const { title, link, live, texts, picture } = unparcel(data)
    Object.assign(this, { link, texts })
    this.root.setAttribute("aria-label", title)
    this.source.set(live, () => {})
    if (live) keepParameters(live.settings)
    this.copyButton.hidden = !link
    if (!this.version && link) this.selected = linked(readParameter(link))
    this.show(picture)
  }

  /** Packed walks: {walks, told, numbers}. */
  show(bytes) {
    const { walks, told, numbers } = unpack(bytes)
    this.version++
    this.told = told.map((name) => this.texts[name].replace(/\{(\w+)\}/g, (place, word) => numbers[word] ?? place))
    this.walks = walks
    this.steps = walks[0].arrives.length - 1
    applyTheme(this.root)
    this.palette = palette(this.root)
    this.problem.textContent = ""
    this.canvas.setAttribute("aria-label", says(this.walks, this.steps))
    this.draw()
  }

  say(text) {
    this.problem.textContent = text
  }

  /** The step that is looked at. */
  get at() {
    return Math.min(this.hover ?? this.selected ?? Math.round(FIRST * this.steps), this.steps)
  }

  // ---------------------------------------------------------------- what the learner does

  #listen() {
    const { canvas, root } = this, step = ({ offsetX }) => this.room.at(offsetX)
    canvas.onpointerdown = (event) => {
      this.player.range.focus({ preventScroll: true }) // the arrow keys go on from here
      this.#select(step(event))
    }
    canvas.onmousedown = (event) => event.preventDefault() // which would take the focus away again
    canvas.onpointermove = (event) => {
      if (event.buttons) this.#select(step(event))
      else if (event.pointerType === "mouse" && !this.walking) this.#hover(step(event))
    }
    canvas.onpointerleave = () => this.#hover(null)
    root.onkeydown = (event) => {
      if (event.key !== " " || !event.target.matches("input")) return
      this.player.toggle()
      event.preventDefault()
    }
  }

  #hover(t) {
    if (this.hover === t) return
    this.hover = t
    this.draw()
  }

  #select(t) {
    this.player.stop()
    this.walking = false
    this.#goTo(t)
  }

  #begin() {
    if (!this.walking || this.at === 0) this.selected = this.steps
    this.walking = true
  }

  #goTo(t) {
    this.selected = t
    this.hover = null
    if (this.link) writeParameter(this.link, String(t))
    this.draw()
  }

  #copy() {
    if (this.link) writeParameter(this.link, String(this.at))
    copyAddress(this.copyButton)
  }

  // ---------------------------------------------------------------- drawing

  draw() {
    this.width = this.root.clientWidth
    if (!this.walks || !this.width) return
    const { walks, palette, at, root, width } = this
    const type = parseFloat(getComputedStyle(this.legend).fontSize), longest = 0.62 * type * Math.max(...walks.map(({ name }) => name.length))
    this.room = room(width, walks.length, this.steps, type, longest)
    root.classList.toggle("narrow", this.room.narrow)
    root.classList.toggle("wide", this.room.wide)
    const g = sized(this.canvas, width, this.room.height), look = { walks, room: this.room, palette, at, front: this.walking ? at : 0 }
    cursor(g, look)
    drawRows(g, look)
    drawChart(g, look)
    this.#explain()
    this.reading.draw(walks, at, this.told)
    this.player.draw()
    this.#speak()
    root.dataset.drawn = ++this.drawn
    root.dataset.at = at
  }

  /** What the signs mean, written again where there are others. */
  #explain() {
    const clipped = this.walks.some(({ before }) => before), { beads } = this.room, key = `${clipped} ${beads}`
    if (key !== this.explained) this.legend.replaceChildren(legend(clipped, beads))
    this.explained = key
  }

  #speak() {
    clearTimeout(this.speech)
    this.speech = setTimeout(() => {
      if (this.player.playing) return
      const text = spoken(this.walks, this.at)
      if (this.live.textContent !== text) this.live.textContent = text
    }, SPOKEN_AFTER)
  }
}

/** A band over rows and chart, behind all. */
function cursor(g, { room, palette, at }) {
  const wide = Math.max(6, Math.min(room.gap, BAND))
  g.fillStyle = palette.ink
  g.globalAlpha = 0.07
  g.fillRect(room.x(at) - wide / 2, room.type + 8, wide, room.top + room.chart - room.type - 8)
  g.globalAlpha = 1
}

function says(walks, steps) {
  const each = walks.map(({ name, of, arrives }) => `${name}, ∂L/∂${of}: ${number(arrives[steps])} at step ${steps}, ${number(arrives[0])} at step 0`)
  return `Size of the gradient by time step, drawn as unrolled networks and on a log scale. ${each.join("; ")}.`
}

const linked = (text) => (/^\d{1,4}$/.test(text ?? "") ? +text : null)

export const { mount, unmount } = living("unrolled", Unrolled)
