/* A small network learns points of the plane while it is watched, and while points come and go. The engine trains on the
   server (experiments/backpropagation/playing.py); pictures come over the connection of all trainings. */

import { copyAddress, keepParameters } from "../drawing/address.js"
import { line, sized } from "../drawing/brush.js"
import { palette } from "../drawing/colour.js"
import { h, write } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { unparcel } from "../drawing/payload.js"
import { applyTheme, stillness } from "../drawing/theme.js"
import { Connection } from "../training/connection.js"
import { NetworkDrawing } from "./network.js"
import { Plane } from "./plane.js"
import { letters, MOST, points, without } from "./points.js"
import { PHASES, status, told } from "./words.js"

const PACES = [1, 4, 16] // steps a picture
const PHASE = 1800 // ms of slow motion
const REST = 300 // ms without a new point after which the page hears of them
const WIDE = 720 // pixels from which plane and network stand side by side
const MOST_LOSS = 1 // of the curve, which never moves

class Playground {
  own = ""
  past = [] // of the learner's own points: Undo
  sent = new Set() // own points that the page was told and has not repeated yet
  losses = []
  kind = 1
  pace = 1
  phase = "forward"
  begun = 0
  played = 0
  playing = false
  drawn = 0

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    this.plane = new Plane({ pressed: (at, away, reach) => this.#pressed(at, away, reach), say: (text) => this.#say(text), redraw: () => this.#draw() })
    this.network = new NetworkDrawing((text) => write(this.edge, text))
    this.#furnish()
    this.connection = new Connection({
      hear: (message) => this.#hear(message),
      opened: () => write(this.trouble, ""),
      lost: (full) => {
        this.#turn(false)
        write(this.trouble, full ? "This server holds as many trainings as it can. It is tried again." : "The connection is lost. It is tried again, from the first step.")
      },
      again: () => this.begin(),
    })
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.#draw())
    this.observer.observe(root)
  }

  #furnish() {
    const button = (name, text, onclick) => h("button", { class: name, type: "button", onclick }, text)
    const choice = (label, values, written, act) => {
      const buttons = values.map((value) => h("button", { type: "button", "aria-pressed": "false", onclick: () => act(value) }, written(value)))
      const press = (now) => buttons.forEach((each, i) => each.setAttribute("aria-pressed", String(values[i] === now)))
      return { press, root: h("div", { class: "seg", role: "group", "aria-label": label }, buttons) }
    }
    this.train = button("train", "Train", () => this.toggle())
    this.undoButton = button("quiet", "Undo", () => this.undo())
    this.clearButton = button("quiet", "Remove my points", () => this.#change(""))
    this.backButton = button("quiet", "Step back", () => this.back())
    this.slowButton = button("quiet", "Slow motion", () => this.slow())
    const copy = button("quiet", "Copy link", () => copyAddress(copy, "play_own"))
    this.paces = choice("steps a picture", PACES, (pace) => `${pace}×`, (pace) => this.setPace(pace))
    this.kinds = choice("class of the points that you put", [0, 1], (kind) => (kind ? "■ class 1" : "● class 0"), (kind) => this.setKind(kind))
    this.phases = choice("part of a step", PHASES, (phase) => phase, (phase) => (this.#stopSlow(), this.setPhase(phase)))
    this.line = h("p", { class: "say" })
    this.edge = h("p", { class: "edge" }, "Point at an edge: its weight, gradient and next update.")
    this.step = h("p", { class: "step" })
    this.trouble = h("p", { class: "trouble", role: "alert" })
    this.live = h("p", { class: "vh", role: "status" })
    this.curve = h("canvas", { role: "img" })
    this.root.replaceChildren(
      h("div", { class: "bar" }, this.train, this.backButton, button("quiet", "One step", () => this.one()), button("quiet", "Start again", () => this.begin()), this.paces.root, h("span", { class: "muted" }, "steps a picture"), copy),
      this.trouble,
      h("div", { class: "body" },
        h("div", { class: "left" },
          h("div", { class: "bar" }, this.kinds.root, this.undoButton, this.clearButton),
          this.plane.canvas,
          h("p", { class: "muted" }, "Press: a point of this class; on one of yours, or with Shift: away. x₁ to the right, x₂ upwards, −2 to 2; blue: class 0 is probable, orange: class 1."),
          this.line, h("div", { class: "muted" }, "loss over the steps, 0 to 1"), this.curve),
        h("div", { class: "right" },
          h("div", { class: "bar" }, this.slowButton, this.phases.root),
          this.network.root, this.edge, this.step)),
      this.live,
    )
    this.paces.press(this.pace)
    this.kinds.press(this.kind)
    this.phases.press(this.phase)
  }

  close() {
    this.#stopSlow()
    clearTimeout(this.resting)
    this.connection.close()
    this.observer.disconnect()
  }

  /** What Streamlit says. Other settings begin anew; points come and go while it learns. */
  set(bytes, report) {
    const data = unparcel(bytes), { own = "", ...settings } = data.settings
    this.report = report
    applyTheme(this.root)
    this.palette = palette(this.root)
    this.root.setAttribute("aria-label", data.title)
    this.data = data
    keepParameters(data.parameters)
    if (own === this.own) this.sent.clear()
    else if (!this.sent.has(own)) {
      this.own = own
      this.past = []
      this.sent.clear()
      if (this.key) this.connection.latest({ do: "watch", own })
    }
    const key = JSON.stringify(settings)
    if (key === this.key) return this.#draw()
    this.key = key
    this.settings = settings
    this.begin()
  }

  begin() {
    this.#stopSlow()
    this.losses = []
    this.connection.open(this.data.address)
    this.#turn(false)
    this.connection.send({ do: "begin", settings: { ...this.settings, own: this.own }, number: ++this.begun })
  }

  // ---------------------------------------------------------------- what the learner does

  toggle() {
    this.#stopSlow()
    if (this.playing) this.connection.send({ do: "pause" })
    else if (!this.shown || this.shown.ended) return
    else this.connection.send({ do: "play", pace: this.pace, number: ++this.played })
    this.#turn(!this.playing)
  }

  one() {
    this.#stopSlow()
    this.#turn(false)
    this.connection.send({ do: "step" })
  }

  /** Where the last step began; the run goes on from there. The server keeps some steps, not all. */
  back() {
    this.#stopSlow()
    this.#turn(false)
    if (this.shown?.back) this.connection.send({ do: "back", steps: this.shown.steps - 1 })
  }

  setPace(pace) {
    this.pace = pace
    this.paces.press(pace)
    if (this.playing) this.connection.send({ do: "play", pace, number: ++this.played })
  }

  setKind(kind) {
    this.kind = kind
    this.kinds.press(kind)
  }

  setPhase(phase) {
    this.phase = phase
    this.phases.press(phase)
    this.#draw()
  }

  /** One step, a part at a time; where motion is unwanted, a press is a part. */
  slow() {
    if (this.timer) return this.#stopSlow()
    if (this.playing) this.toggle()
    const on = () => {
      const next = PHASES.indexOf(this.phase) + 1
      if (next === PHASES.length) this.connection.send({ do: "step" })
      this.setPhase(PHASES[next % PHASES.length])
      this.#say(this.step.textContent)
    }
    if (stillness.matches) return on()
    this.setPhase("forward")
    this.timer = setInterval(on, PHASE)
    write(this.slowButton, "Stop")
  }

  #stopSlow() {
    clearInterval(this.timer)
    this.timer = 0
    write(this.slowButton, "Slow motion")
  }

  /** Puts a point, takes one of the learner's away, or follows one of the data set. */
  #pressed([x1, x2], away, reach) {
    const near = (list) => {
      const far = list.map(([a, b]) => Math.hypot(a - x1, b - x2)), best = far.indexOf(Math.min(...far))
      return far[best] <= reach ? best : -1
    }
    const mine = near(points(this.own))
    if (mine >= 0) return this.#change(without(this.own, mine), "Point removed")
    if (away) return this.#say("None of your points is here")
    const flat = this.shown?.points ?? [], all = Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]])
    const other = near(all)
    if (other >= 0) {
      this.connection.latest({ do: "watch", point: other })
      return this.#say(`Point ${other + 1} is followed`)
    }
    if (this.own.length >= 3 * MOST) return this.#tell(`At most ${MOST} points of your own: take some away first.`)
    this.#change(this.own + letters(x1, x2, this.kind), `Point of class ${this.kind} put`)
  }

  undo() {
    if (this.past.length) this.#change(this.past.pop(), "Undone", false)
  }

  #change(own, said = "Points removed", keep = true) {
    if (own === this.own) return
    if (keep) this.past.push(this.own)
    this.own = own
    this.connection.latest({ do: "watch", own })
    this.sent.add(own)
    this.#say(said)
    clearTimeout(this.resting)
    this.resting = setTimeout(() => this.report({ own, number: Date.now() }), REST)
  }

  // ---------------------------------------------------------------- what the server says

  #hear(message) {
    if (message.kind === "refused") return this.#tell(message.why)
    if (message.begun !== this.begun) return
    this.losses.length = Math.min(this.losses.length, message.since)
    this.losses.push(...message.losses)
    this.shown = message
    if (message.played === this.played && !message.playing && this.playing) this.#turn(false)
    this.#draw()
    if (!this.playing && !this.timer) this.#say(this.line.textContent)
  }

  #turn(playing) {
    this.playing = playing
    write(this.train, playing ? "Pause" : "Train")
  }

  #say(text) {
    write(this.live, text)
  }

  #tell(text) {
    write(this.trouble, text)
  }

  #draw() {
    const { shown, root, palette } = this
    if (!shown || !root.clientWidth) return
    const width = (this.width = root.clientWidth), wide = width >= WIDE
    const side = Math.min(400, wide ? Math.round(0.42 * width) : width)
    root.classList.toggle("wide", wide)
    const said = status(shown)
    const mine = this.own.length / 3
    this.plane.draw(shown, palette, side, `The plane, ${shown.points.length / 2} points, ${mine} of them yours. Arrow keys move a cross, Enter puts a point, Delete takes one away. ${this.playing ? "" : said}`.trim())
    this.network.draw(shown, palette, (wide ? width - side - 32 : width) - 4, this.phase)
    write(this.line, said)
    write(this.step, shown.example ? told[this.phase](shown) : "")
    this.undoButton.disabled = !this.past.length
    this.clearButton.disabled = !mine
    this.backButton.setAttribute("aria-disabled", String(!shown.back))
    this.train.setAttribute("aria-disabled", String(shown.ended))
    this.#drawCurve(side)
    root.dataset.drawn = ++this.drawn
    root.dataset.steps = shown.steps
  }

  #drawCurve(width) {
    const g = sized(this.curve, width, 70), { losses, palette } = this, every = Math.max(1, Math.floor(losses.length / width))
    this.curve.style.width = `${width}px`
    g.lineWidth = 1
    g.strokeStyle = palette.line
    g.strokeRect(0.5, 0.5, width - 1, 69)
    const xs = losses.flatMap((loss, i) => (i % every ? [] : [[(i / Math.max(100, losses.length)) * width, 68 - 66 * Math.min(1, loss / MOST_LOSS)]]))
    if (xs.length) line(g, palette.ink, 1.75, xs)
    if (!this.playing) this.curve.setAttribute("aria-label", losses.length ? `Loss over ${losses.length} steps, from ${losses[0].toPrecision(3)} to ${losses.at(-1).toPrecision(3)}` : "Loss: no step yet")
  }
}

export const { mount, unmount } = living("playground", Playground, ({ setStateValue }, own) => setStateValue("own", own))
