/* The presenter's view, ?present=1: larger type, no map at the side, no prose (theme/page.css), and Page Down and Page Up,
   the keys of a presenter's remote, lead from one part of the page to the next. Nothing of it concerns the server. */

import { keepParameters, readParameter } from "../drawing/address.js"
import { h } from "../drawing/element.js"
import { stillness } from "../drawing/theme.js"

const PARAMETER = "present", ON = "1"
const PARTS = ".stMain :is(.st-key-stage, h2)"
const STEPS = { PageDown: 1, PageUp: -1 }
const NEAR = 24 // pixels: a part that begins so close to the top is the one that is looked at

function show(button, on) {
  document.documentElement.toggleAttribute("data-present", on)
  button.textContent = on ? "Leave presenter view" : "Present"
  button.setAttribute("aria-pressed", String(on))
}

function step(event) {
  if (!STEPS[event.key] || event.defaultPrevented || !document.documentElement.hasAttribute("data-present")) return
  const parts = [...document.querySelectorAll(PARTS)].filter((part) => part.getClientRects().length)
  const tops = parts.map((part) => part.getBoundingClientRect().top)
  const next = STEPS[event.key] > 0 ? tops.findIndex((top) => top > NEAR) : tops.findLastIndex((top) => top < -NEAR)
  if (next < 0) return
  event.preventDefault()
  parts[next].scrollIntoView({ block: "start", behavior: stillness.matches ? "auto" : "smooth" })
}

export function mount({ parentElement }) {
  const root = parentElement.querySelector(".present")
  if (root.childElementCount) return
  const button = h("button", {
    type: "button", class: "quiet",
    onclick: () => {
      const on = !document.documentElement.hasAttribute("data-present")
      keepParameters({ [PARAMETER]: on ? ON : null })
      show(button, on)
    },
  })
  root.classList.add("lab")
  root.append(button)
  show(button, readParameter(PARAMETER) === ON)
  addEventListener("keydown", step)
}

export function unmount() {
  removeEventListener("keydown", step)
  document.documentElement.removeAttribute("data-present")
}
