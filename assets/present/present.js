/* The presenter's view, ?present=1: larger type, no map at the side, no prose (theme/page.css). Page Down and Page Up, the
   keys of a presenter's remote, lead from one part of the page to the next; Escape leaves. Nothing of it concerns the server. */

import { keepParameters, readParameter } from "../drawing/address.js"
import { h } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { stillness } from "../drawing/theme.js"

const PARAMETER = "present", ON = "1"
const PARTS = ".stMain :is(.st-key-stage, h2)"
const STEPS = { PageDown: 1, PageUp: -1 }
const WANTS_ESCAPE = "input:not([type=range]), textarea, [role=dialog], [data-baseweb=popover]"
const NEAR = 24 // pixels: a part that begins so close to the top is the one that is looked at

class Present {
  constructor(root) {
    this.button = h("button", { type: "button", class: "quiet", onclick: (event) => this.#pressed(event) })
    root.classList.add("lab")
    root.append(this.button)
    this.#show(readParameter(PARAMETER) === ON)
    addEventListener("keydown", this.#key)
  }

  set() {}

  close() {
    removeEventListener("keydown", this.#key)
    document.documentElement.removeAttribute("data-present")
  }

  get on() {
    return document.documentElement.hasAttribute("data-present")
  }

  /** With a mouse: then the keys, Space too, are the page's. */
  #pressed({ detail }) {
    if (detail) this.button.blur()
    this.#turn(!this.on)
  }

  #turn(on) {
    keepParameters({ [PARAMETER]: on ? ON : null })
    this.#show(on)
  }

  #show(on) {
    document.documentElement.toggleAttribute("data-present", on)
    this.button.textContent = on ? "Leave presenter view" : "Present"
    this.button.setAttribute("aria-pressed", String(on))
  }

  #key = (event) => {
    if (event.defaultPrevented || !this.on) return
    if (STEPS[event.key]) step(event)
    else if (event.key === "Escape" && !event.composedPath()[0].closest?.(WANTS_ESCAPE)) this.#turn(false)
  }
}

function step(event) {
  const parts = [...document.querySelectorAll(PARTS)].filter((part) => part.getClientRects().length)
  const tops = parts.map((part) => part.getBoundingClientRect().top)
  const next = STEPS[event.key] > 0 ? tops.findIndex((top) => top > NEAR) : tops.findLastIndex((top) => top < -NEAR)
  if (next < 0) return
  event.preventDefault()
  parts[next].scrollIntoView({ block: "start", behavior: stillness.matches ? "auto" : "smooth" })
}

export const { mount, unmount } = living("present", Present)
