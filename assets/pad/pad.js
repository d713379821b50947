/* A place to draw a picture of one's own: what is drawn is sent when the learner says so, as one byte a pixel. */

import { h } from "../drawing/element.js"
import { Pad } from "../drawing/pad.js"
import { applyTheme } from "../drawing/theme.js"

class Sheet {
  constructor(root) {
    this.root = root
    this.pad = new Pad(() => {}, { large: true, hint: "Draw something here." })
    const use = h("button", { class: "use", type: "button", onclick: () => this.#send() }, "Use this drawing")
    root.classList.add("lab")
    root.replaceChildren(this.pad.root, use)
  }

  set({ side }, report) {
    applyTheme(this.root)
    this.side = side
    this.report = report
  }

  #send() {
    const pixels = this.pad.picture(this.side)
    if (!pixels) return this.pad.say("Nothing is drawn yet.")
    this.report({ pixels: btoa(String.fromCharCode(...pixels)), number: (this.sent = (this.sent ?? 0) + 1) })
  }
}

const all = new WeakMap()

export function mount({ data, parentElement, setStateValue }) {
  if (!all.has(parentElement)) all.set(parentElement, new Sheet(parentElement.querySelector(".pad-sheet")))
  all.get(parentElement).set(data, (drawing) => setStateValue("drawing", drawing))
}

export function unmount(parentElement) {
  all.delete(parentElement)
}
