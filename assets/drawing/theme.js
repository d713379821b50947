/* Light or dark: Streamlit says it only by its colours, so the luminance of the page decides. */

import { luminance, parse } from "./colour.js"

/** Sets data-theme on a component's root and gives "light" or "dark". */
export function applyTheme(root) {
  const background = getComputedStyle(root).getPropertyValue("--st-background-color").trim()
  const theme = background && luminance(parse(background)) < 0.2 ? "dark" : "light"
  if (root.dataset.theme !== theme) root.dataset.theme = theme
  return theme
}

/** By how much type is larger in the presenter's view; 1 outside it. `root` has had its theme. */
export const larger = (root) => parseFloat(getComputedStyle(root).getPropertyValue("--larger")) || 1

/** Calls redraw() whenever the presenter's view is entered or left (assets/present); what comes back disconnects. What is
    drawn by hand does not grow with the styles. */
export function onPresented(redraw) {
  const observer = new MutationObserver(redraw)
  observer.observe(document.documentElement, { attributeFilter: ["data-present"] })
  return () => observer.disconnect()
}

/** Calls redraw() when the font is there: canvases do not wait for it. */
export function onFont(root, redraw) {
  applyTheme(root)
  document.fonts?.load(`500 13px ${getComputedStyle(root).getPropertyValue("--font")}`).then(redraw, () => {})
}

export const stillness = matchMedia("(prefers-reduced-motion: reduce)")
