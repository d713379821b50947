/* Loss and held-out accuracy over the steps, for one or two runs, with one cursor that can be dragged. Axes are fixed: the
   loss of guessing is ln 10, and a run that does worse leaves the picture at the top. */

import { line, sized } from "../drawing/brush.js"
import { h } from "../drawing/element.js"
import { number } from "../drawing/numbers.js"

const LEFT = 36, BOTTOM = 20, TOP = 8, RIGHT = 12
const MOST_LOSS = 2.5, ENDS = [100, 200, 400, 1000, 2000, 5000] // of the axis: it moves seldom, not with every step
const DASHES = [[], [6, 4]], BREAK = [2, 3]

export class Curves {
  constructor(go) {
    this.plots = [
      new Plot("loss of the batch", MOST_LOSS, [0, 1, 2], go),
      new Plot("held-out digits named right", 1, [0, 0.5, 1], go),
    ]
    this.legend = h("div", { class: "lines", "aria-hidden": "true", hidden: true }, h("span", {}, h("i"), "A"), h("span", {}, h("i", { class: "dashed" }), "B"))
    this.root = h("div", { class: "curves" }, this.legend, this.plots.map((plot) => plot.root))
  }

  /** look: {steps, taken, broken: the step of a break or null, palette, size: of a plot, still: nothing plays}. */
  draw(history, { taken, ...look }) {
    const last = ENDS.find((end) => end >= taken) ?? taken
    this.legend.hidden = history.length < 2
    this.plots[0].draw(history.map(({ losses }) => losses.map((loss, at) => [at, loss])), { ...look, last })
    this.plots[1].draw(history.map(({ tested }) => tested), { ...look, last })
  }
}

class Plot {
  constructor(title, top, ticks, go) {
    this.title = title
    this.top = top
    this.ticks = ticks
    this.canvas = h("canvas", { role: "img" })
    this.root = h("div", { class: "plot" }, h("div", { class: "label" }, title), this.canvas)
    const at = ({ offsetX }) => go(Math.round(Math.max(0, Math.min(1, (offsetX - LEFT) / (this.width - LEFT - RIGHT))) * Math.min(this.last, this.taken)))
    this.canvas.onpointerdown = at
    this.canvas.onpointermove = (event) => event.buttons && at(event)
  }

  draw(lines, { steps, last, broken, palette, size: { width, height }, still }) {
    Object.assign(this, { width, last, taken: Math.max(1, ...lines.map((line) => line.at(-1)?.[0] ?? 0)) })
    this.canvas.style.width = `${width}px`
    const g = sized(this.canvas, width, height), across = width - LEFT - RIGHT, down = height - BOTTOM - TOP
    const x = (step) => LEFT + (across * step) / last, y = (v) => TOP + down * (1 - Math.min(1, Math.max(0, v / this.top)))
    g.font = `13px ${palette.font}`
    g.textBaseline = "middle"
    for (const tick of this.ticks) {
      line(g, palette.line, 1, [[LEFT, y(tick)], [width - RIGHT, y(tick)]])
      write(g, palette.mute, "right", String(tick), LEFT - 8, y(tick))
    }
    for (const tick of [0, last / 2, last]) write(g, palette.mute, tick ? (tick === last ? "right" : "center") : "left", String(Math.round(tick)), x(tick), height - 7)
    if (broken != null) mark(g, palette, x(broken), TOP, down, width)
    lines.forEach((values, run) => line(g, palette.ink, 1.75, values.filter(([, v]) => Number.isFinite(v)).map(([step, v]) => [x(step), y(v)]), DASHES[run]))
    line(g, palette.mute, 1.5, [[x(steps), TOP], [x(steps), TOP + down]])
    if (still) this.canvas.setAttribute("aria-label", this.#says(lines, last, broken))
  }

  #says(lines, last, broken) {
    const each = lines.map((line, run) => `${lines.length > 1 ? `${"AB"[run]} ` : ""}${says(line)}`)
    return `${this.title} over ${last} steps: ${each.join("; ")}${broken == null ? "" : `; broken in step ${broken + 1}`}`
  }
}

const says = (line) => (line.length ? `from ${number(line[0][1])} to ${number(line.at(-1)[1])}` : "nothing yet")

/** Where a run broke: a dotted line, with its word on the side that has room. */
function mark(g, palette, x, top, down, width) {
  line(g, palette.ink, 1, [[x, top], [x, top + down]], BREAK)
  const left = x > width / 2
  write(g, palette.ink, left ? "right" : "left", "✕ broken", x + (left ? -6 : 6), top + 8)
}

function write(g, colour, align, text, x, y) {
  g.fillStyle = colour
  g.textAlign = align
  g.fillText(text, x, y)
}
