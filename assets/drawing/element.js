/* Makes elements. Text always enters as text, never as markup: some of it will come from learners. */

const SVG = "http://www.w3.org/2000/svg"

/** h("button", {class: "quiet", onclick: f, "aria-label": "…"}, "text", child, …) */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children)
}

export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children)
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value == null || value === false) continue
    if (name.startsWith("on")) element[name] = value
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text)
    else element.setAttribute(name, value === true ? "" : value)
  }
  for (const child of children.flat()) if (child != null && child !== false) element.append(child)
  return element
}

const ICONS = {
  back: "M10 3 4 8l6 5z",
  next: "M6 3l6 5-6 5z",
  play: "M4 2.5 13.5 8 4 13.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
}

export function icon(name) {
  const path = svg("path", { d: ICONS[name] })
  return svg("svg", { width: 16, height: 16, viewBox: "0 0 16 16", fill: "currentColor", "aria-hidden": "true" }, path)
}

/** A button that shows an icon and is named by a text. */
export const iconButton = (name, text, onclick) => h("button", { class: "ib", type: "button", "aria-label": text, title: text, onclick }, icon(name))

/** Fills the track of a slider up to its thumb. */
export function fillTrack(range) {
  const share = (range.value - range.min) / (range.max - range.min || 1)
  range.style.setProperty("--fill", `${100 * share}%`)
}

/** Writes a text where it differs: the browser lays out again what is written, also when it is the same. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text
}
