/* A network that learns while it is watched: one or two runs, side by side. The engine trains on the server; pictures come
   over a WebSocket (ui/trainings.py), are kept, and can be gone back through. This file holds the state. */

import { copyAddress, dropParameter, keepParameters, lookedAtLast } from "../drawing/address.js"
import { palette } from "../drawing/colour.js"
import { icon, write } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { unparcel } from "../drawing/payload.js"
import { applyTheme, stillness } from "../drawing/theme.js"
import { Drawing } from "./drawing.js"
import { BANDS, explain, furnish } from "./furnish.js"
import { readLook, writeLook } from "./link.js"
import { legend } from "./network.js"
import { Run, wayBack } from "./run.js"

const LONGEST = 2000 // steps of a run
const AT_ONCE = 600 // steps that an address is trained to without being asked
const FASTEST = 16 // steps a picture

class Training {
  pace = 1
  band = "forward"
  shown = null // the picture that is drawn
  drawn = 0
  announced = true // what the run has come to

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    root.addEventListener("keydown", (event) => this.#key(event))
    Object.assign(this, furnish(this))
    this.drawing = new Drawing(root, this, (run, layer) => this.openLens(run, layer))
    this.run = new Run({
      picture: (picture) => this.#arrived(picture),
      scene: (scene) => this.lens.show(scene),
      refused: (why) => this.#complain(why),
      turned: (playing) => this.#turned(playing),
      opened: () => this.root.classList.remove("lost"),
      lost: (full) => this.#lost(full),
      again: () => this.begin(),
    })
    this.#turned(false)
    this.#press(this.paces, "pace", this.pace)
    this.observer = new ResizeObserver(() => this.drawing.width !== root.clientWidth && this.layout())
    this.observer.observe(root)
  }

  close() {
    this.run.close()
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
      if (!before && this.linked.steps <= AT_ONCE) this.trainToLinked()
      else this.begin()
    } else {
      for (const run of changed) this.setRate(run, this.rates.values[run])
      this.layout()
    }
  }

  /** The direction, the digit and the step that the address tells. */
  #arrive() {
    const { words, link, digits, options, rates: { length: networks } } = this.data
    explain(this.help, words)
    const { band, wanted, steps, rates, lens } = readLook(link, { bands: BANDS, examples: digits.labels.length, longest: LONGEST, options, networks })
    this.linked = { steps, rates, lens }
    this.arriving = lookedAtLast(link)
    this.look.restore(wanted)
    this.run.watched = wanted
    this.setBand(band)
    this.toStep.hidden = steps <= AT_ONCE
    this.toStep.textContent = `Train to step ${steps}`
  }

  /** The run of the address, at the learning rates that it had, up to the step of the address and no further. */
  trainToLinked() {
    const { steps, rates } = this.linked
    this.toStep.hidden = true
    if (rates.length) this.#adoptRates(rates)
    this.begin(rates)
    this.toOpen = this.linked.lens
    if (steps) this.#play(FASTEST, steps)
  }

  begin(rates = []) {
    this.live.textContent = ""
    this.toOpen = null
    const settings = { ...this.data.settings }
    this.rates.values.forEach((value, run) => (settings[this.data.rates[run].name] = String(value)))
    this.lens.shut()
    this.follow = true
    this.drawing.layout(this.data.rates.length)
    this.run.begin(this.data.address, settings, this.data.rates.length, rates)
  }

  // ---------------------------------------------------------------- what the learner does

  toggle() {
    if (this.run.playing) return this.run.pause()
    if (this.run.ended) return
    this.#play(this.pace)
    this.#intoView()
  }

  #play(pace, until = null) {
    this.follow = true
    this.announced = false
    this.run.play(pace, until)
  }

  /** Curves and networks together, where they do not all stand on the screen. */
  #intoView() {
    if (this.views.getBoundingClientRect().bottom <= innerHeight) return
    this.root.scrollIntoView({ block: "start", behavior: stillness.matches ? "auto" : "smooth" })
  }

  setPace(pace) {
    this.pace = pace
    this.#press(this.paces, "pace", pace)
    if (this.run.playing) this.#play(pace)
  }

  /** One step on: through what was recorded, and at its end a step that is computed. */
  stepOn() {
    if (!this.shown) return
    this.run.pause()
    if (this.shown.steps < this.run.taken) return this.show(this.shown.steps + 1)
    this.follow = true
    this.run.step()
  }

  stepBack() {
    if (!this.shown) return
    this.run.pause()
    if (this.shown.steps > 0) this.show(this.shown.steps - 1)
  }

  /** An earlier step: at once if its picture is here, and computed again if it is not. */
  show(steps) {
    this.run.pause()
    this.follow = false
    this.wanted = steps
    const kept = this.run.record.at(steps)
    if (kept && this.look.same(kept.look)) return this.#draw(kept)
    this.run.show(steps)
  }

  /** rates: by network, the one that it goes on with; null for the one that it had then. */
  goOnFrom(steps, rates = []) {
    this.follow = true
    this.adopting = rates
    this.run.back(steps)
  }

  /** To where the rate was not too large yet, with the rate of then. */
  goBeforeBreak() {
    const { steps, rates } = wayBack(this.shown.runs)
    this.goOnFrom(steps, rates)
  }

  /** The run has other rates than sliders and settings say: they follow. rates: of each network, [[step, rate], …]. */
  #adoptRates(rates) {
    rates.forEach((list, run) => this.rates.put(run, list.at(-1)[1]))
    this.report(this.rates.values)
  }

  setRate(run, value, final = false) {
    this.run.setRate(run, value)
    if (final) this.report(this.rates.values)
  }

  watch(wanted) {
    this.run.watch(wanted, this.shown?.steps ?? null)
  }

  setBand(name) {
    this.band = name
    this.#press(this.bands, "band", name)
    this.legend.replaceChildren(...legend(name, this.palette))
    this.layout()
    this.writeLook()
  }

  openLens(run, layer) {
    this.run.pause()
    this.toOpen = null
    this.lens.open(run, layer, null, true)
  }

  /** The lens as the address tells it, once its step is there. */
  #openLinked({ steps, runs }) {
    const { run, layer, ...on } = this.toOpen
    if (this.run.playing || steps !== this.linked.steps || !runs[run]?.layers[layer]) return
    this.toOpen = null
    this.lens.open(run, layer, on)
  }

  /** After a run that broke: from the first step, with the rate that the lesson begins with. */
  startSafely() {
    this.rates.reset()
    this.report(this.rates.values)
    this.begin()
  }

  copyLink(button) {
    this.writeLook(true)
    copyAddress(button, this.data.link)
  }

  /** The address tells what is looked at while nothing moves, and when it is copied. */
  writeLook(copied = false) {
    if (!this.shown || (this.run.playing && !copied)) return
    writeLook(this.data.link, {
      band: this.band, wanted: this.look.wanted, steps: this.shown.steps,
      rates: this.shown.runs.map(({ rates }) => rates), set: this.rates.values, lens: this.lens.look,
    }, copied)
  }

  #press(buttons, name, value) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset[name] === String(value)))
  }

  #key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, canvas") || event.target.closest(".lens")) return
    const keys = { ArrowLeft: () => this.stepBack(), ArrowRight: () => this.stepOn() }
    if (!keys[event.key]) return
    keys[event.key]()
    event.preventDefault()
  }

  // ---------------------------------------------------------------- what the server says

  #arrived(picture) {
    if (this.adopting && picture.steps === picture.taken) this.#goneBack(picture.runs)
    if (this.follow || !this.shown || picture.steps === this.wanted || this.run.playing) this.#draw(picture)
  }

  #goneBack(runs) {
    const wanted = this.adopting
    this.adopting = null
    this.#adoptRates(runs.map(({ rates }, run) => (wanted[run] ? [[0, wanted[run]]] : rates)))
    wanted.forEach((rate, run) => rate && this.run.setRate(run, rate))
  }

  #lost(full) {
    this.root.classList.add("lost")
    this.#complain(full ? "This server holds as many trainings as it can, and is asked again until one has ended." : "The server does not answer. The training is started again when it does.")
  }

  #turned(playing) {
    this.trainButton.replaceChildren(icon(playing ? "pause" : "play"), playing ? "Pause" : "Train")
    this.root.classList.toggle("playing", playing)
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

  // ---------------------------------------------------------------- drawing

  layout() {
    this.drawing.layout(this.data?.rates.length ?? 1)
    if (this.shown) this.#draw(this.shown)
  }

  #draw(picture) {
    this.shown = picture
    this.drawing.draw(picture, this.run, { band: this.band, palette: this.palette, words: this.data.words })
    if (!this.run.playing && !this.announced) this.#announce(this.again.hidden ? this.line.textContent : this.again.firstChild.textContent)
    this.writeLook()
    this.lens.follow(picture.steps)
    if (this.toOpen) this.#openLinked(picture)
    if (this.arriving) this.root.scrollIntoView({ block: "start" })
    this.arriving = false
    this.root.dataset.drawn = ++this.drawn
    this.root.dataset.steps = picture.steps
  }
}

export const { mount, unmount } = living("training", Training, ({ setStateValue }, rates) => setStateValue("rates", [...rates]))
