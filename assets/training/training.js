/* A network that learns while it is watched: one or two runs, side by side. The engine trains on the server; pictures come
   over a WebSocket (ui/trainings.py), are kept, and can be gone back through. This file holds the state. */

import { keepParameters } from "../drawing/address.js"
import { palette } from "../drawing/colour.js"
import { fillTrack, h, icon } from "../drawing/element.js"
import { unparcel } from "../drawing/payload.js"
import { applyTheme } from "../drawing/theme.js"
import { Connection } from "./connection.js"
import { Curves } from "./curves.js"
import { Look } from "./look.js"
import { NetworkView } from "./network.js"
import { OpenLens } from "./open_lens.js"
import { Rates } from "./rates.js"
import { band, status } from "./words.js"

const KEPT = 600 // pictures; beyond, every second of the older half is dropped
const PACES = [1, 4, 16]

class Training {
  pictures = new Map() // steps → picture, ascending
  history = [] // a run each: {losses, tested}
  pace = 1
  band = "forward"
  shown = null // the picture that is drawn
  drawn = 0
  begun = 0 // runs: what still comes from an earlier one is passed over

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    root.addEventListener("keydown", (event) => this.#key(event))
    this.connection = new Connection((message) => this.#hear(message), (open) => this.#connected(open))
    this.#build()
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.layout())
    this.observer.observe(root)
  }

  close() {
    this.connection.close()
    this.observer.disconnect()
    this.lens.close()
  }

  /** What Streamlit says: where to connect, the settings, the names. The run begins anew if more than a rate has changed. */
  set(bytes, report) {
    const data = unparcel(bytes)
    this.report = report
    applyTheme(this.root)
    this.palette = palette(this.root)
    this.root.setAttribute("aria-label", data.title)
    const before = this.data, rateNames = data.rates.map(({ name }) => name)
    this.data = data
    keepParameters(data.parameters)
    this.rates.set(data.rates, data.options)
    this.look.set(data.examples)
    const key = JSON.stringify(Object.entries(data.settings).filter(([name]) => !rateNames.includes(name)))
    if (!before || key !== this.key) {
      this.key = key
      this.begin()
    } else {
      data.rates.forEach(({ value }, run) => value !== before.rates[run]?.value && this.setRate(run, value))
      this.layout()
    }
  }

  begin() {
    this.pictures.clear()
    this.history = this.data.rates.map(() => ({ losses: [], tested: [] }))
    this.connection.open(this.data.address)
    const settings = { ...this.data.settings }
    this.rates.values.forEach((value, run) => (settings[this.data.rates[run].name] = String(value)))
    this.lens.shut()
    this.connection.send({ do: "begin", settings, number: ++this.begun })
    if (this.look.wanted) this.connection.send({ do: "watch", ...this.look.wanted })
  }

  // ---------------------------------------------------------------- what the learner does

  toggle() {
    if (this.playing) this.connection.send({ do: "pause" })
    else {
      this.follow = true
      this.connection.send({ do: "play", pace: this.pace })
    }
    this.#playing(!this.playing)
  }

  setPace(pace) {
    this.pace = pace
    for (const button of this.paces) button.setAttribute("aria-pressed", String(+button.dataset.pace === pace))
    if (this.playing) this.connection.send({ do: "play", pace })
  }

  /** One step on: through what was recorded, and at its end a step that is computed. */
  stepOn() {
    this.#stop()
    if (this.shown.steps < this.taken) return this.show(this.shown.steps + 1)
    this.follow = true
    this.connection.send({ do: "step" })
  }

  stepBack() {
    this.#stop()
    if (this.shown.steps > 0) this.show(this.shown.steps - 1)
  }

  /** An earlier step: at once if its picture is here, and computed again if it is not. */
  show(steps) {
    this.#stop()
    this.follow = false
    this.wanted = steps
    const kept = this.pictures.get(steps)
    if (kept && this.look.same(kept.look)) return this.#draw(kept)
    this.connection.latest({ do: "show", steps })
  }

  goOnFromHere() {
    const { steps } = this.shown
    for (const later of [...this.pictures.keys()].filter((at) => at > steps)) this.pictures.delete(later)
    this.history.forEach((run) => {
      run.losses.length = Math.min(run.losses.length, steps)
      run.tested = run.tested.filter(([at]) => at <= steps)
    })
    this.follow = this.adopting = true
    this.connection.send({ do: "back", steps })
  }

  /** Gone back, the run has the rates of then: sliders and address say so. */
  #adoptRates(runs) {
    this.adopting = false
    runs.forEach(({ rate }, run) => {
      if (rate === this.rates.values[run]) return
      this.rates.put(run, rate)
      this.report({ run, value: rate })
    })
  }

  setRate(run, value, final = false) {
    this.connection.latest({ do: "rate", run, value })
    if (final) this.report({ run, value })
  }

  watch(wanted) {
    this.connection.latest({ do: "watch", ...wanted, steps: this.playing ? null : this.shown?.steps ?? null })
  }

  setBand(name) {
    this.band = name
    for (const button of this.bands) button.setAttribute("aria-pressed", String(button.dataset.band === name))
    this.layout()
  }

  openLens(run, layer) {
    this.#stop()
    this.lens.open(run, layer)
  }

  /** After a run that broke: from the first step, with the rate that the lesson begins with. */
  startSafely() {
    this.rates.reset()
    this.rates.values.forEach((value, run) => this.report({ run, value }))
    this.begin()
  }

  #stop() {
    if (this.playing) this.connection.send({ do: "pause" })
    this.#playing(false)
  }

  // ---------------------------------------------------------------- what the server says

  #hear(message) {
    if (message.kind === "refused") return void (this.line.textContent = message.why)
    if (message.begun !== this.begun) return
    if (message.kind === "scene") return this.lens.show(message)
    message.look = this.look.wanted
    message.runs.forEach((run, i) => {
      const { losses } = this.history[i]
      losses.length = Math.min(losses.length, message.since)
      losses.push(...run.losses)
      this.history[i].tested = run.tested
    })
    this.taken = message.taken
    if (this.adopting && message.steps === message.taken) this.#adoptRates(message.runs)
    this.trainings = message.trainings
    this.computing = message.computing
    this.#keep(message)
    if (message.ended || !message.playing) this.#playing(false)
    if (this.follow || !this.shown || message.steps === this.wanted || this.playing) this.#draw(message)
  }

  #keep(picture) {
    const inOrder = picture.steps >= (this.last ?? -1)
    this.pictures.set(picture.steps, picture)
    if (!inOrder) this.pictures = new Map([...this.pictures].sort(([a], [b]) => a - b))
    this.last = Math.max(...[...this.pictures.keys()].slice(-1))
    if (this.pictures.size <= KEPT) return
    const older = [...this.pictures.keys()].slice(0, KEPT / 2)
    older.forEach((steps, i) => i % 2 && this.pictures.delete(steps))
  }

  #connected(open) {
    this.root.classList.toggle("lost", !open)
    if (open) return
    this.#playing(false)
    this.line.textContent = "The server does not answer. The training is started again when it does."
  }

  #playing(on) {
    this.playing = on
    this.trainButton.replaceChildren(icon(on ? "pause" : "play"), on ? "Pause" : "Train")
    this.root.classList.toggle("playing", on)
  }

  // ---------------------------------------------------------------- drawing

  #build() {
    const quiet = (text, onclick) => h("button", { class: "quiet", type: "button", onclick }, text)
    const small = (name, text, onclick) => h("button", { class: "ib", type: "button", "aria-label": text, title: text, onclick }, icon(name))
    const choice = (name, attribute, value, text, onclick) =>
      h("button", { type: "button", [`data-${attribute}`]: value, "aria-pressed": String(name === value), onclick }, text)
    this.trainButton = h("button", { class: "train", type: "button", onclick: () => this.toggle() })
    this.range = h("input", { type: "range", min: 0, step: 1, "aria-label": "step of the training", oninput: () => this.show(+this.range.value) })
    this.place = h("span", { class: "pos" })
    this.fromHere = quiet("Go on from here", () => this.goOnFromHere())
    this.paces = PACES.map((pace) => choice(this.pace, "pace", pace, `${pace}×`, () => this.setPace(pace)))
    this.bands = ["forward", "backward", "update"].map((name) => choice(this.band, "band", name, band(name), () => this.setBand(name)))
    this.rates = new Rates((run, value, final) => this.setRate(run, value, final))
    this.curves = new Curves((steps) => this.show(steps))
    this.look = new Look((wanted) => this.watch(wanted))
    this.views = h("div", { class: "networks" })
    this.lens = new OpenLens(this)
    this.line = h("p", { class: "say", role: "status" })
    this.again = h("div", { class: "broken", hidden: true }, h("p", {}), quiet("Start again with the first learning rate", () => this.startSafely()))
    this.root.replaceChildren(
      h("div", { class: "bar" },
        this.trainButton, quiet("Start again", () => this.begin()),
        h("div", { class: "seg", role: "group", "aria-label": "steps a picture" }, this.paces), h("span", { class: "muted small" }, "steps a picture"),
        this.rates.root),
      h("div", { class: "player" }, small("back", "One step back", () => this.stepBack()), small("next", "One step on", () => this.stepOn()), this.range, this.place, this.fromHere),
      this.line, this.again, this.curves.root,
      h("div", { class: "bar" }, h("div", { class: "seg", role: "group", "aria-label": "what is drawn" }, this.bands), this.look.root),
      this.views, this.lens.root)
    this.#playing(false)
  }

  layout() {
    this.width = this.root.clientWidth
    this.root.classList.toggle("narrow", this.width < 760)
    if (this.shown) this.#draw(this.shown)
  }

  #draw(picture) {
    this.shown = picture
    const { runs, steps } = picture
    if (this.networks?.length !== runs.length) {
      this.networks = runs.map((_, run) => new NetworkView((layer) => this.openLens(run, layer)))
      this.views.replaceChildren(...this.networks.map((view) => view.root))
    }
    runs.forEach((run, i) => this.networks[i].draw(run, { band: this.band, palette: this.palette, width: this.width, name: runs.length > 1 ? "AB"[i] : "" }))
    this.curves.draw(this.history, { steps, taken: this.taken, palette: this.palette, width: this.width })
    this.range.max = this.taken
    this.range.value = steps
    fillTrack(this.range)
    this.place.textContent = `step ${steps} of ${this.taken}`
    this.range.setAttribute("aria-valuetext", this.place.textContent)
    this.fromHere.hidden = this.playing || steps >= this.taken
    this.look.draw(runs, this.palette)
    const broken = runs.findIndex((run) => run.diverged)
    this.again.hidden = broken < 0
    if (broken >= 0) this.again.firstChild.textContent = status.broken(picture, broken)
    const text = status.of(picture, this)
    if (this.line.textContent !== text) this.line.textContent = text
    this.lens.follow(steps)
    this.root.dataset.drawn = ++this.drawn
    this.root.dataset.steps = steps
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, canvas") || event.target.closest(".lens")) return
    const keys = { ArrowLeft: () => this.stepBack(), ArrowRight: () => this.stepOn() }
    if (!keys[event.key]) return
    keys[event.key]()
    event.preventDefault()
  }
}

const all = new WeakMap()

export function mount({ data, parentElement, setStateValue }) {
  if (!all.has(parentElement)) all.set(parentElement, new Training(parentElement.querySelector(".training")))
  all.get(parentElement).set(data, (rate) => setStateValue("rate", rate))
}

export function unmount(parentElement) {
  all.get(parentElement)?.close()
  all.delete(parentElement)
}
