/* A Plotly chart on an element that stays: new data is drawn into it, so zoom and place are kept.
   Plotly itself is loaded once, when the first chart appears.
   A chart with frames has a player above it, which begins anew with the frames of another `run`. What changes from frame to
   frame is `framed`: names of a trace's arrays that have one axis more, in front.
   Where it has no player of its own, it is led by those that are linked to it; who points at a place in a chart with a
   `cursor`, a place along x for each frame, leads to its frame. */

import { tokens } from "../drawing/colour.js"
import { h } from "../drawing/element.js"
import { onStageKeys } from "../drawing/keys.js"
import { living } from "../drawing/living.js"
import { unparcel } from "../drawing/payload.js"
import { Player } from "../drawing/player.js"
import { applyTheme, larger, onPresented, stillness } from "../drawing/theme.js"

const CONFIG = {
  displaylogo: false, responsive: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d", "toImage"],
}
const MOVED = "layerlab-frame" // an event: a chart shows another frame, and those that are linked to it follow
const PACE = 33 // milliseconds a frame
const CONTROLS = new URL("../theme/controls.css", import.meta.url).href
let loading = null

function plotly(address) {
  loading ??= new Promise((resolve, reject) => {
    const onerror = () => {
      loading = null
      reject(new Error("Plotly could not be loaded"))
    }
    document.head.append(h("script", { src: new URL(address, location.origin).href, onload: () => resolve(window.Plotly), onerror }))
  })
  return loading
}

class Chart {
  drawn = 0
  frame = 0

  constructor(root) {
    this.root = root
    this.plot = h("div", { class: "plot" })
    this.player = new Player({
      at: () => this.frame, count: () => this.frames?.length ?? 1, pace: PACE,
      show: (i) => this.#lead(i),
      label: (i) => ["frame", this.frames?.[i] ?? ""],
    })
    this.controls = inShadow(this.player.root)
    root.setAttribute("role", "figure")
    root.replaceChildren(this.controls, this.plot)
    this.observer = new ResizeObserver(() => {
      if (this.drawn && this.plot.offsetParent) this.resized = this.plotly.Plots.resize(this.plot) // Plotly throws for one that is not shown
    })
    this.observer.observe(root)
    document.addEventListener(MOVED, this.#moved)
    const present = onPresented(() => {
      if (!this.layout) return
      this.#dress()
      this.#draw()
    })
    const keys = onStageKeys(this.root, (key, event) => this.#key(key, event))
    this.forget = () => [present, keys].forEach((forget) => forget())
  }

  close() {
    this.player.stop()
    this.observer.disconnect()
    document.removeEventListener(MOVED, this.#moved)
    this.forget()
    this.closed = true
    // Plotly throws where it is still drawing what has been purged
    Promise.allSettled([this.busy, this.resized]).then(() => this.plotly?.purge(this.plot))
  }

  async set(bytes) {
    const { figure, alt, height, plotly: address, frames, start, follow, run, linked, cursor, player } = unparcel(bytes)
    this.root.setAttribute("aria-label", alt)
    this.root.style.minHeight = `${height}px`
    applyTheme(this.root)
    this.newest = bytes
    try {
      this.plotly ??= await plotly(address)
    } catch (error) {
      this.plot.textContent = `${error.message}. ${alt}`
      return
    }
    if (this.closed || this.newest !== bytes) return // something newer is already waiting
    const { data, layout = {} } = resolve(figure, tokens(this.root))
    this.data = data
    this.own = { layout, height }
    this.#dress()
    this.linked = linked
    this.cursor = cursor
    this.quiet = !player
    const plays = this.#take(frames, start, follow, run)
    await this.#draw()
    if (cursor && !this.drawn) this.plot.on("plotly_hover", this.#pointed)
    this.root.dataset.drawn = ++this.drawn
    if (plays) this.player.toggle()
  }

  #dress() {
    this.layout = themed(this.own.layout, this.own.height, tokens(this.root), larger(this.root))
  }

  /** The frames that there are now; gives whether they are to be played: with `follow`, to the newest, as they come. */
  #take(frames, start, follow, run) {
    const before = this.frames?.length ?? 0, another = !this.frames || run !== this.run
    const caughtUp = another || (this.frame === before - 1 && !this.player.playing)
    this.frames = frames
    this.run = run
    this.controls.hidden = !frames || this.quiet
    if (!frames) return false
    if (another) {
      this.player.stop()
      this.frame = start
      this.led = undefined
    }
    // where it was led to what had not come yet, it goes there now
    this.frame = Math.min(this.led ?? this.frame, frames.length - 1)
    if (follow && caughtUp && stillness.matches) this.frame = frames.length - 1
    return follow && caughtUp && this.frame < frames.length - 1
  }

  #show(frame) {
    this.frame = frame
    this.#draw()
  }

  /** Shows a frame, and takes along the charts that are linked. */
  #lead(frame) {
    this.led = frame
    this.#show(frame)
    if (this.linked) document.dispatchEvent(new CustomEvent(MOVED, { detail: this }))
  }

  /** Where several of them play, the one that is first to move leads. */
  #moved = ({ detail: leader }) => {
    if (leader === this || !this.frames || leader.linked !== this.linked || leader.run !== this.run) return
    this.player.stop()
    this.led = leader.frame
    this.#show(Math.min(leader.frame, this.frames.length - 1))
  }

  #pointed = ({ points: [{ x }] }) => {
    const away = Array.from(this.cursor, (place) => Math.abs(place - x))
    const frame = away.indexOf(Math.min(...away))
    if (frame !== this.frame) this.#lead(frame)
  }

  /** Of several on a page, the first takes the key. */
  #key(key, { repeat, shiftKey }) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key]
    if (!this.frames || this.quiet || shiftKey || (key !== " " && !by)) return false
    if (by) this.player.step(by)
    else if (!repeat) this.player.toggle()
    return true
  }

  /** One drawing at a time; of those that are asked for meanwhile, only the last comes. */
  #draw() {
    this.player.draw()
    this.asked = true
    return (this.busy ??= this.#drawAsked())
  }

  async #drawAsked() {
    try {
      while (this.asked && !this.closed) {
        this.asked = false
        await this.#react()
        this.root.dataset.frame = this.frame
      }
    } finally {
      this.busy = null // also where Plotly has thrown: the next drawing is not to wait for this one
    }
  }

  /** A promise that fails where Plotly throws: thrown at once, it would be over before `busy` is set. */
  async #react() {
    const layout = this.cursor ? { ...this.layout, hovermode: "x", shapes: [this.#line()] } : this.layout
    await this.plotly.react(this.plot, this.data.map((trace) => atFrame(trace, this.frame)), layout, CONFIG)
  }

  /** Where the frame that is shown stands. */
  #line() {
    const x = this.cursor[this.frame], line = { width: 1.5, color: tokens(this.root)("--k-activation") }
    return { type: "line", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line, layer: "below" }
  }
}

/** The controls' own styles stay theirs: the chart itself stands in the open page. */
function inShadow(controls) {
  const host = h("div", { class: "frames", hidden: true })
  host.attachShadow({ mode: "open" }).append(h("link", { rel: "stylesheet", href: CONTROLS }), h("div", { class: "lab" }, controls))
  return host
}

/** A trace as it is in one frame. */
function atFrame({ framed, ...trace }, frame) {
  for (const name of framed ?? []) trace[name] = trace[name][Math.min(frame, trace[name].length - 1)]
  return trace
}

/** The figure with "--k-gradient" and the like as colours of the theme, and matrices as Plotly wants them. */
function resolve(value, token) {
  if (typeof value === "string") return value.startsWith("--") ? token(value) : value
  if (ArrayBuffer.isView(value)) {
    return matrix(value, value.shape)
  }
  if (Array.isArray(value)) return value.map((part) => resolve(part, token))
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, resolve(part, token)]))
  return value
}

/** A list of lists, as deep as there are axes. */
function matrix(flat, [rows, ...rest]) {
  if (!rest.length) return flat
  const size = rest.reduce((a, b) => a * b, 1)
  return Array.from({ length: rows }, (_, i) => matrix(flat.subarray(i * size, (i + 1) * size), rest))
}

/** The layout in the type and the colours of the page; what the figure says itself goes before. */
function themed(layout, height, token, larger) {
  const axis = { gridcolor: token("--line"), zerolinecolor: token("--line-2"), linecolor: token("--line-2"), automargin: true, exponentformat: "power", title: { standoff: 8 } }
  const axes = Object.fromEntries(["xaxis", "yaxis", ...Object.keys(layout).filter((name) => /^[xy]axis/.test(name))].map((name) => {
    const own = layout[name] ?? {}, title = typeof own.title === "string" ? { text: own.title } : own.title
    return [name, { ...axis, ...own, title: { ...axis.title, ...title } }]
  }))
  return {
    height, uirevision: "stays", paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 48, r: 12, t: 16, b: 40 }, hovermode: "closest",
    modebar: { bgcolor: "rgba(0,0,0,0)", color: token("--ink-2"), activecolor: token("--ink") },
    ...layout,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, font: { size: 13 * larger }, ...layout.legend },
    hoverlabel: { bgcolor: token("--bg-2"), bordercolor: token("--line-2"), font: { color: token("--ink"), size: 14 * larger, family: token("--font") }, ...layout.hoverlabel },
    font: { family: token("--font"), size: 13 * larger, color: token("--ink"), ...layout.font },
    ...axes,
  }
}

export const { mount, unmount } = living("chart", Chart)
