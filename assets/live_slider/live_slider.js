/* A slider that reports while it is dragged: Streamlit's own reports only when it is let go. */

import { fillTrack, h } from "../drawing/element.js"
import { onStageKeys } from "../drawing/keys.js"
import { Latest, MOVING, follow } from "../drawing/latest.js"
import { applyTheme } from "../drawing/theme.js"

const FAR = 10 // steps that an arrow key goes with Shift
const FURTHER = `Shift and an arrow key: ${FAR} steps`
const KEYS = `Arrow keys move it from anywhere on the first screen. ${FURTHER}`

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
    this.range.onkeydown = (event) => event.shiftKey && this.#key(event) && event.preventDefault()
    this.close = onStageKeys(root, (_, event) => Boolean(this.data?.leads) && this.#key(event))
  }

  set(data, report) {
    this.data = data
    this.report = report
    applyTheme(this.root)
    const { label, help, min, max, step, value, answered, idle, leads } = data
    this.root.classList.toggle("idle", Boolean(idle))
    this.name.textContent = label
    this.name.title = `${help}. ${leads ? KEYS : FURTHER}`
    this.range.setAttribute("aria-description", this.name.title)
    for (const [name, bound] of Object.entries({ min, max, step })) if (this.range[name] !== String(bound)) this.range[name] = bound
    this.outbox.answered(answered)
    if (!this.#held && !this.outbox.waiting) this.#show(value)
    this.root.dataset.value = value
    this.root.dataset.drawn = ++this.drawn
  }

  /** As if the slider had the focus; with Shift further. */
  #key({ key, shiftKey }) {
    const step = { ArrowLeft: "stepDown", ArrowRight: "stepUp" }[key]
    if (this.data.idle || !step) return false
    this.range[step](shiftKey ? FAR : 1)
    this.range.dispatchEvent(new Event("input"))
    return true
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

const sliders = new WeakMap()

export function mount({ data, parentElement, setStateValue }) {
  if (!sliders.has(parentElement)) sliders.set(parentElement, new LiveSlider(parentElement.querySelector(".live_slider")))
  sliders.get(parentElement).set(data, (value) => setStateValue("moved", value))
}

export function unmount(parentElement) {
  sliders.get(parentElement)?.close()
  sliders.delete(parentElement)
}
