/* Light or dark: Streamlit says it only by its colours, so the luminance of the page decides. */

import { luminance, parse } from "./colour.js"

/** Sets data-theme on a component's root and gives "light" or "dark". */
export function applyTheme(root) {
  const background = getComputedStyle(root).getPropertyValue("--st-background-color").trim()
  const theme = background && luminance(parse(background)) < 0.2 ? "dark" : "light"
  if (root.dataset.theme !== theme) root.dataset.theme = theme
  return theme
}

export const stillness = matchMedia("(prefers-reduced-motion: reduce)")
