/* Plays, steps and scrubs through positions 0 … count − 1. It owns no picture: show(position) draws one. */

import { fillTrack, h, icon } from "./element.js"
import { stillness } from "./theme.js"

const FAST = 30, NORMAL = 220, STILL = 900 // milliseconds a position
const WHOLE = 60_000 // a long walk takes about a minute

export class Player {
  #timer = 0

  /** A track: at() gives the position now, count() how many there are, show(i) draws one, label(i) names what is
      counted and says where it stands; paused(), if there is one, is called when the play rests; pace is in milliseconds a position;
      `against` lets the play go from the last position to the first. */
  constructor(track) {
    this.track = track
    const button = (name, text, onclick) => h("button", { class: "ib", type: "button", "aria-label": text, title: text, onclick }, icon(name))
    this.playButton = button("play", "Play (space)", () => this.toggle())
    this.range = h("input", { type: "range", min: 0, step: 1, oninput: () => this.go(+this.range.value) })
    this.position = h("span", { class: "pos" })
    this.root = h("div", { class: "player" },
      button("back", "One step back", () => this.step(-1)),
      this.playButton,
      button("next", "One step on", () => this.step(1)),
      this.range, this.position)
  }

  get playing() {
    return this.#timer !== 0
  }

  go(i) {
    this.stop()
    this.track.show(Math.max(0, Math.min(this.track.count() - 1, i)))
  }

  step(by) {
    this.go(this.track.at() + by)
  }

  toggle() {
    if (this.playing) return this.#rest()
    const { track } = this, by = track.against ? -1 : 1
    const ended = () => (by > 0 ? track.at() >= track.count() - 1 : track.at() <= 0)
    track.show(!ended() ? track.at() : by > 0 ? 0 : track.count() - 1)
    const pace = stillness.matches ? STILL : Math.max(FAST, Math.min(track.pace ?? NORMAL, WHOLE / track.count()))
    this.#timer = setInterval(() => (ended() ? this.#rest() : track.show(track.at() + by)), pace)
    this.#face("pause", "Pause (space)")
  }

  #rest() {
    this.stop()
    this.track.paused?.()
  }

  stop() {
    if (!this.playing) return
    clearInterval(this.#timer)
    this.#timer = 0
    this.#face("play", "Play (space)")
  }

  /** Shows where the play stands; to be called after every drawing. */
  draw() {
    const { track } = this, at = track.at(), [what, text] = track.label(at)
    this.range.max = Math.max(0, track.count() - 1)
    this.range.value = at
    fillTrack(this.range)
    this.range.setAttribute("aria-label", what)
    this.range.setAttribute("aria-valuetext", text)
    this.position.textContent = text
  }

  #face(name, text) {
    this.playButton.replaceChildren(icon(name))
    this.playButton.setAttribute("aria-label", text)
    this.playButton.title = text
  }
}
