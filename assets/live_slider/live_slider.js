/* A slider that reports while it is dragged: Streamlit's own reports only when it is let go. */

import { fillTrack, h } from "../drawing/element.js"
import { onStageKeys } from "../drawing/keys.js"
import { Latest, MOVING, follow } from "../drawing/latest.js"
import { living } from "../drawing/living.js"
import { Player } from "../drawing/player.js"
import { applyTheme } from "../drawing/theme.js"

const FAR = 10 // steps that an arrow key goes with Shift
const FURTHER = `Shift and an arrow key: ${FAR} steps. Page Up and Page Down, while it has the focus: a tenth of its way`
const KEYS = `From anywhere on the first screen arrow keys move it, and Space plays it. ${FURTHER}`
const PACE = 30 // milliseconds a step that is played

class LiveSlider {
  #held = false
  drawn = 0

  constructor(root) {
    this.root = root
    const id = `slider-${Math.random().toString(36).slice(2)}`
    this.name = h("span", { class: "name" })
    this.output = h("output", { for: id })
    this.range = h("input", { type: "range", id })
    this.outbox = new Latest((value, number) => this.report({ ...value, number }))
    root.classList.add("lab", "live")
    root.replaceChildren(h("label", { for: id }, this.name, this.output), this.range)
    follow(this.range, (value, final) => {
      this.#held = !final
      document.documentElement.toggleAttribute("data-moving", !final) // what follows later stands back: theme/page.css
      this.#show(value)
      const { moves } = this.data
      if (moves && !final) window.dispatchEvent(new CustomEvent(MOVING, { detail: { name: moves, value } }))
      else this.outbox.push({ value, final })
    })
    this.player = new Player({
      at: () => Math.round((this.range.value - this.range.min) / this.range.step),
      count: () => Math.round((this.range.max - this.range.min) / this.range.step) + 1,
      pace: PACE,
      show: (i) => this.#go(Number(this.range.min) + i * this.range.step),
    })
    this.range.addEventListener("pointerdown", () => this.player.stop())
    this.range.onkeydown = (event) => {
      if (event.key === " " || event.shiftKey ? this.#key(event) : this.player.stop()) event.preventDefault()
    }
    const forget = onStageKeys(root, (_, event) => Boolean(this.data?.leads) && this.#key(event))
    this.close = () => [forget(), this.player.stop()]
  }

  set(data, report) {
    this.data = data
    this.report = report
    applyTheme(this.root)
    const { label, help, min, max, step, value, answered, idle, leads } = data
    this.root.classList.toggle("idle", Boolean(idle))
    if (idle) this.player.stop()
    this.name.textContent = label
    this.name.title = `${help}. ${leads ? KEYS : FURTHER}`
    this.range.setAttribute("aria-description", this.name.title)
    for (const [name, bound] of Object.entries({ min, max, step })) if (this.range[name] !== String(bound)) this.range[name] = bound
    this.outbox.answered(answered)
    if (!this.#held && !this.outbox.waiting) this.#show(value)
    this.root.dataset.value = value
    this.root.dataset.drawn = ++this.drawn
  }

  /** As if the slider had the focus; with Shift further. Space plays it, where it leads. */
  #key({ key, shiftKey, repeat }) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key]
    if (this.data.idle || !(by || (key === " " && this.data.leads))) return false
    if (by) this.player.step(shiftKey ? by * FAR : by)
    else if (!repeat) this.player.toggle()
    return true
  }

  #go(value) {
    this.range.value = value
    this.range.dispatchEvent(new Event("input"))
  }

  #show(value) {
    const { step, unit } = this.data, places = (String(step).split(".")[1] ?? "").length
    const text = value.toFixed(places).replace("-", "−") + (unit === "°" ? unit : unit ? ` ${unit}` : "")
    this.range.value = value
    this.output.textContent = text
    this.range.setAttribute("aria-valuetext", text)
    fillTrack(this.range)
  }
}

export const { mount, unmount } = living("live_slider", LiveSlider, ({ setStateValue }, moved) => setStateValue("moved", moved))
