/* A network that learns while it is watched: one or two runs, side by side. The engine trains on the server; pictures come
   over a WebSocket (ui/trainings.py), are kept, and can be gone back through. This file holds the state. */

import { copyAddress, dropParameter, keepParameters } from "../drawing/address.js"
import { palette } from "../drawing/colour.js"
import { fillTrack, icon, write } from "../drawing/element.js"
import { unparcel } from "../drawing/payload.js"
import { applyTheme, stillness } from "../drawing/theme.js"
import { Connection } from "./connection.js"
import { BANDS, explain, furnish } from "./furnish.js"
import { readLook, writeLook } from "./link.js"
import { legend, NetworkView } from "./network.js"
import { Record } from "./record.js"
import { rooms } from "./room.js"
import { status } from "./words.js"

const LONGEST = 2000 // steps of a run
const AT_ONCE = 600 // steps that an address is trained to without being asked
const FASTEST = 16 // steps a picture

class Training {
  record = new Record()
  pace = 1
  band = "forward"
  shown = null // the picture that is drawn
  drawn = 0
  taken = 0
  brokenAt = null // the last step, if the one after it broke the run
  announced = true // what the run has come to
  played = 0 // presses of Train: a rest that was told before the last is not its end
  begun = 0 // runs: what still comes from an earlier one is passed over

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    root.addEventListener("keydown", (event) => this.#key(event))
    this.connection = new Connection({
      hear: (message) => this.#hear(message),
      opened: () => this.root.classList.remove("lost"),
      lost: (full) => this.#lost(full),
      again: () => this.begin(),
    })
    Object.assign(this, furnish(this))
    this.#playing(false)
    this.#press(this.paces, "pace", this.pace)
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.layout())
    this.observer.observe(root)
  }

  close() {
    this.connection.close()
    this.observer.disconnect()
    dropParameter(this.data?.link)
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
    const changed = this.rates.set(data.rates, data.options)
    this.look.set(data.digits)
    if (!before) this.#arrive()
    const key = JSON.stringify(Object.entries(data.settings).filter(([name]) => !rateNames.includes(name)))
    if (!before || key !== this.key) {
      this.key = key
      this.begin()
      if (!before && this.linked <= AT_ONCE) this.trainToLinked()
    } else {
      for (const run of changed) this.setRate(run, this.rates.values[run])
      this.layout()
    }
  }

  /** The direction, the digit and the step that the address tells. */
  #arrive() {
    const { words, link, digits } = this.data
    explain(this.help, words)
    const { band, wanted, steps } = readLook(link, { bands: BANDS, examples: digits.labels.length, longest: LONGEST })
    this.linked = steps
    this.look.restore(wanted)
    this.setBand(band)
    this.toStep.hidden = steps <= AT_ONCE
    this.toStep.textContent = `Train to step ${steps}`
  }

  /** Up to the step of the address, and no further. */
  trainToLinked() {
    this.toStep.hidden = true
    if (this.linked > this.taken) this.#play(FASTEST, this.linked)
  }

  begin() {
    this.record.clear(this.data.rates.length)
    this.brokenAt = null
    this.taken = 0
    this.live.textContent = ""
    this.connection.open(this.data.address)
    const settings = { ...this.data.settings }
    this.rates.values.forEach((value, run) => (settings[this.data.rates[run].name] = String(value)))
    this.lens.shut()
    this.#playing(false)
    this.follow = true
    this.connection.send({ do: "begin", settings, number: ++this.begun })
    if (this.look.wanted) this.connection.send({ do: "watch", ...this.look.wanted })
  }

  // ---------------------------------------------------------------- what the learner does

  toggle() {
    if (this.playing) return this.#stop()
    this.#play(this.pace)
    this.#intoView()
  }

  #play(pace, until = null) {
    this.follow = true
    this.announced = false
    this.connection.send({ do: "play", pace, until, number: ++this.played })
    this.#playing(true)
  }

  /** Curves and networks together, where they do not all stand on the screen. */
  #intoView() {
    if (this.views.getBoundingClientRect().bottom <= innerHeight) return
    this.root.scrollIntoView({ block: "start", behavior: stillness.matches ? "auto" : "smooth" })
  }

  setPace(pace) {
    this.pace = pace
    this.#press(this.paces, "pace", pace)
    if (this.playing) this.#play(pace)
  }

  /** One step on: through what was recorded, and at its end a step that is computed. */
  stepOn() {
    if (!this.shown) return
    this.#stop()
    if (this.shown.steps < this.taken) return this.show(this.shown.steps + 1)
    this.follow = true
    this.connection.send({ do: "step" })
  }

  stepBack() {
    if (!this.shown) return
    this.#stop()
    if (this.shown.steps > 0) this.show(this.shown.steps - 1)
  }

  /** An earlier step: at once if its picture is here, and computed again if it is not. */
  show(steps) {
    this.#stop()
    this.follow = false
    this.wanted = steps
    const kept = this.record.at(steps)
    if (kept && this.look.same(kept.look)) return this.#draw(kept)
    this.connection.latest({ do: "show", steps })
  }

  goOnFrom(steps) {
    this.record.cut(steps)
    this.follow = this.adopting = true
    this.connection.send({ do: "back", steps })
  }

  /** To the last step whose numbers are all finite. */
  goBeforeBreak() {
    this.goOnFrom(this.brokenAt - 1)
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
    this.#press(this.bands, "band", name)
    write(this.explains, this.data.words[name[0].toUpperCase() + name.slice(1)])
    this.legend.replaceChildren(...legend(name, this.palette))
    this.layout()
    this.#writeLook()
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

  copyLink() {
    this.#writeLook()
    copyAddress(this.copyButton)
  }

  /** The address tells what is looked at while nothing moves. */
  #writeLook() {
    if (!this.shown || this.playing) return
    writeLook(this.data.link, { band: this.band, wanted: this.look.wanted, steps: this.shown.steps })
  }

  #press(buttons, name, value) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset[name] === String(value)))
  }

  #stop() {
    if (this.playing) this.connection.send({ do: "pause" })
    this.#playing(false)
  }

  // ---------------------------------------------------------------- what the server says

  #hear(message) {
    if (message.kind === "refused") return this.#complain(message.why)
    if (message.begun !== this.begun) return
    if (message.kind === "scene") return this.lens.show(message)
    message.look = this.look.wanted
    this.record.add(message)
    this.taken = message.taken
    if (message.steps === message.taken) this.brokenAt = message.runs.some((run) => run.diverged) ? message.taken : null
    if (this.adopting && message.steps === message.taken) this.#adoptRates(message.runs)
    this.sharing = message.sharing
    this.atOnce = message.at_once
    if (message.played === this.played && (message.ended || !message.playing)) this.#playing(false)
    if (this.follow || !this.shown || message.steps === this.wanted || this.playing) this.#draw(message)
  }

  #lost(full) {
    this.root.classList.add("lost")
    this.#playing(false)
    this.#complain(full ? "This server holds as many trainings as it can, and is asked again until one has ended." : "The server does not answer. The training is started again when it does.")
  }

  #playing(on) {
    this.playing = on
    this.trainButton.replaceChildren(icon(on ? "pause" : "play"), on ? "Pause" : "Train")
    this.root.classList.toggle("playing", on)
  }

  // ---------------------------------------------------------------- drawing

  layout() {
    this.width = this.root.clientWidth
    const { narrow, left, plot, picture } = rooms(this.width, this.data?.rates.length ?? 1)
    this.root.classList.toggle("narrow", narrow)
    this.root.style.setProperty("--told", `${left}px`)
    Object.assign(this, { plot, picture })
    if (this.shown) this.#draw(this.shown)
  }

  #draw(picture) {
    this.shown = picture
    const { runs, steps } = picture, { band, palette, taken, playing } = this, still = !playing
    if (this.networks?.length !== runs.length) {
      this.networks = runs.map((_, run) => new NetworkView((layer) => this.openLens(run, layer), this.data.words))
      this.views.replaceChildren(...this.networks.map((view) => view.root))
    }
    runs.forEach((run, i) => this.networks[i].draw(run, { band, palette, room: this.picture, name: runs.length > 1 ? "AB"[i] : "", still }))
    this.curves.draw(this.record.history, { steps, taken, broken: this.brokenAt, palette, size: this.plot, still })
    this.#drawPlace(steps)
    this.look.draw()
    this.#drawBreak(picture)
    write(this.line, status.of(picture, this))
    if (still && !this.announced) this.#announce(this.again.hidden ? this.line.textContent : this.again.firstChild.textContent)
    this.#writeLook()
    this.lens.follow(steps)
    this.root.dataset.drawn = ++this.drawn
    this.root.dataset.steps = steps
  }

  #drawPlace(steps) {
    this.range.max = this.taken
    this.range.value = steps
    fillTrack(this.range)
    write(this.place, `step ${steps} of ${this.taken}`)
    this.range.setAttribute("aria-valuetext", this.place.textContent)
    this.fromHere.hidden = this.playing || steps >= this.taken
  }

  #drawBreak(picture) {
    const broken = picture.runs.findIndex((run) => run.diverged)
    this.again.hidden = broken < 0
    this.beforeBreak.hidden = !this.brokenAt
    if (broken >= 0) write(this.again.firstChild, status.broken(picture, broken))
  }

  #complain(text) {
    write(this.line, text)
    this.#announce(text)
  }

  /** Read out: where a run has come to rest, and what went wrong; never each picture. */
  #announce(text) {
    this.announced = true
    write(this.live, text)
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
