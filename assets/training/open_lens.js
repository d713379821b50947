/* The lens on one layer at the step that is shown: the numbers of that very step. It follows when the learner steps back. */

import { h, iconButton, write } from "../drawing/element.js"
import { stillness } from "../drawing/theme.js"
import { Lens } from "../lens/lens.js"

/** Buttons that lead through the steps of a run. */
export const steps = (training) => [
  iconButton("back", "One step back", () => training.stepBack()),
  iconButton("next", "One step on", () => training.stepOn()),
]

export class OpenLens {
  at = null // {run, layer}
  fresh = null // what the next scene opens on: {phase, grid, cell}

  constructor(training) {
    this.training = training
    this.title = h("h3", {})
    this.place = h("div", { class: "lens" })
    this.note = h("p", { class: "muted" })
    this.position = h("span", { class: "pos" })
    this.root = h("div", { class: "opened", hidden: true },
      h("div", { class: "bar" }, this.title, h("div", { class: "player" }, steps(training), this.position), h("button", { class: "quiet", type: "button", onclick: () => this.leave() }, "Close the lens")), this.note, this.place)
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return
      event.preventDefault()
      this.leave()
    })
  }

  /** on: what is to be selected; else the lens opens in the panel's direction. An update follows from gradients. With `enter`
      the keyboard goes along. */
  open(run, layer, on = null, enter = false) {
    this.at = { run, layer }
    this.enter = enter
    this.fresh = { ...on, phase: on?.phase ?? (this.training.band === "forward" ? "forward" : "backward") }
    this.#ask()
  }

  /** What an address tells of it; null while it is shut. */
  get look() {
    if (!this.at || this.fresh) return null
    return { ...this.at, phase: this.lens.phase.id, ...this.lens.selected }
  }

  /** Another step is shown: while the run is paused, the lens goes with it. */
  follow(steps) {
    write(this.position, `step ${steps} of ${this.training.run.taken}`)
    if (this.at && !this.training.run.playing && steps !== this.steps) this.#ask()
    this.root.classList.toggle("stale", !!this.at && this.training.run.playing)
  }

  shut() {
    this.at = null
    this.root.hidden = true
    this.training.writeLook()
  }

  /** Shut by the learner: the keyboard goes back to where the lens was opened. */
  leave() {
    const { run, layer } = this.at
    this.shut()
    this.training.drawing.networks[run].boxes[layer].title.focus()
  }

  close() {
    this.lens?.close()
  }

  /** A scene has come: if it is still the one that is wanted, it is drawn. */
  show({ run, layer, steps, scene }) {
    if (run !== this.at?.run || layer !== this.at.layer || steps !== this.steps) return
    const opened = this.fresh
    this.root.hidden = false
    this.lens ??= new Lens(this.place, {
      read: () => null, // `open` is told what an address tells
      write: () => this.training.writeLook(),
      copy: (button) => this.training.copyLink(button),
      drop: () => {},
    })
    this.title.textContent = `Step ${this.steps}: where these numbers come from`
    if (this.fresh) this.lens.openOn(this.fresh)
    this.fresh = null
    this.lens.show(scene.slice()) // on a multiple of 8 bytes, as a scene wants it
    const { x, "rest w": rest } = this.lens.scene.grid
    this.note.textContent = [x, rest].map((grid) => grid?.note ?? "").join(" ")
    this.training.writeLook()
    if (!opened) return
    if (this.enter) this.lens.focus()
    this.root.scrollIntoView({ block: "start", behavior: stillness.matches ? "auto" : "smooth" })
  }

  #ask() {
    this.steps = this.training.shown.steps
    this.training.run.askScene({ ...this.at, steps: this.steps })
  }
}
