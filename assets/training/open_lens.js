/* The lens on one layer at the step that is shown: the numbers of that very step. It follows when the learner steps back. */

import { h } from "../drawing/element.js"
import { Lens } from "../lens/lens.js"

export class OpenLens {
  at = null // {run, layer}

  constructor(training) {
    this.training = training
    this.title = h("h3", {})
    this.place = h("div", { class: "lens" })
    this.note = h("p", { class: "muted" })
    this.root = h("div", { class: "opened", hidden: true },
      h("div", { class: "bar" }, this.title, h("button", { class: "quiet", type: "button", onclick: () => this.shut() }, "Close the lens")), this.note, this.place)
  }

  open(run, layer) {
    this.at = { run, layer }
    this.fresh = true
    this.#ask()
  }

  /** Another step is shown: while the run is paused, the lens goes with it. */
  follow(steps) {
    if (this.at && !this.training.run.playing && steps !== this.steps) this.#ask()
    this.root.classList.toggle("stale", !!this.at && this.training.run.playing)
  }

  shut() {
    this.at = null
    this.root.hidden = true
  }

  close() {
    this.lens?.close()
  }

  /** A scene has come: if it is still the one that is wanted, it is drawn. */
  show({ run, layer, steps, scene }) {
    if (run !== this.at?.run || layer !== this.at.layer || steps !== this.steps) return
    const first = this.root.hidden
    this.root.hidden = false
    this.lens ??= new Lens(this.place)
    this.title.textContent = `Step ${this.steps}: where these numbers come from`
    if (this.fresh) this.lens.openOn(this.training.band === "forward" ? "forward" : "backward") // an update follows from gradients
    this.fresh = false
    this.lens.show(scene.slice()) // on a multiple of 8 bytes, as a scene wants it
    this.note.textContent = `x: ${this.lens.scene.grid.x.note} ${this.training.data.words["Other examples"]}`
    if (first) this.root.scrollIntoView({ block: "start", behavior: "smooth" })
  }

  #ask() {
    this.steps = this.training.shown.steps
    this.training.run.askScene({ ...this.at, steps: this.steps })
  }
}
