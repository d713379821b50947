/* Draws a picture of a run into the elements of the panel: networks, curves, the place in the run, and what is said of it. */

import { fillTrack, write } from "../drawing/element.js"
import { NetworkView } from "./network.js"
import { rooms } from "./room.js"
import { wayBack } from "./run.js"
import { explanation, status } from "./words.js"

export class Drawing {
  /** parts: what `furnish` made; open(run, layer) opens the lens. */
  constructor(root, parts, open) {
    Object.assign(this, { root, parts, open })
  }

  /** How large everything is, for so many networks. */
  layout(networks) {
    this.width = this.root.clientWidth
    const { narrow, left, plot, picture } = rooms(this.width, networks)
    this.root.classList.toggle("narrow", narrow)
    this.root.style.setProperty("--told", `${left}px`)
    this.root.style.setProperty("--layer", `${picture.width}px`)
    Object.assign(this, { plot, picture })
  }

  /** look: {band, palette, words: of the lesson}. */
  draw(picture, run, { band, palette, words }) {
    const { runs, steps } = picture, { parts } = this, still = !run.playing
    if (this.networks?.length !== runs.length) {
      this.networks = runs.map((_, k) => new NetworkView((layer) => this.open(k, layer), words))
      parts.views.replaceChildren(...this.networks.map((view) => view.root))
    }
    runs.forEach((each, k) => this.networks[k].draw(each, { band, palette, room: this.picture, name: runs.length > 1 ? "AB"[k] : "", still }))
    parts.curves.draw(run.record.history, { steps, taken: run.taken, broken: run.brokenAt, palette, size: this.plot, still })
    this.#drawPlace(steps, run)
    parts.look.draw(runs)
    this.#drawTrouble(picture, run)
    write(parts.explains, explanation(band, runs[0], words))
    write(parts.line, status.of(picture, run))
  }

  #drawPlace(steps, { taken, playing, ended }) {
    const { range, place, fromHere, trainButton } = this.parts
    trainButton.setAttribute("aria-disabled", String(ended))
    range.max = taken
    range.value = steps
    fillTrack(range)
    write(place, `step ${steps} of ${taken}`)
    range.setAttribute("aria-valuetext", place.textContent)
    fromHere.hidden = playing || steps >= taken
  }

  /** What has gone wrong, and the ways out of it. */
  #drawTrouble(picture, { record }) {
    const { again, beforeBreak, firstRate } = this.parts, broken = picture.runs.findIndex((run) => run.diverged)
    const dead = broken < 0 ? status.dead(picture, record.at(0)) : null
    again.hidden = broken < 0 && !dead
    beforeBreak.hidden = broken < 0 || !wayBack(picture.runs)
    firstRate.hidden = !!dead?.before // no rate changes that
    if (!again.hidden) write(again.firstChild, dead?.text ?? status.broken(picture, broken))
  }
}
