/* A place to draw a picture of one's own: what is drawn is sent when the learner says so, as one byte a pixel. */

import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"
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

export const { mount, unmount } = living("pad-sheet", Sheet, ({ setStateValue }, drawing) => setStateValue("drawing", drawing))
