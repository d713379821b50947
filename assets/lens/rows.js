/* The rows of the panel for a cell that a step makes: a sum, a map or a choice.
   Each gives {content, value, sentence}: elements, the value as printed above them, and the same in words. */

import { emptyAtZero, tone } from "../drawing/colour.js"
import { h, svg } from "../drawing/element.js"
import { count, decimals, fixed, number, ownDecimals, rounded } from "../drawing/numbers.js"
import { FUNCTIONS } from "./functions.js"
import { bracket, said, where } from "./scene.js"

export const ALL = 12, LARGEST = 9 // up to twelve terms stand in full, else the nine largest

/** The name of a grid; with a function that it is read through, as that is written: 1 − z. */
export function symbol(lens, id, through = null) {
  const { role, symbol: text } = lens.scene.grid[id], known = FUNCTIONS[through]
  return h("b", { class: `sym k-${role}` }, known ? known.text(text) : text)
}

function chip(lens, id, value) {
  const { scale } = lens.scene.grid[id]
  if (value === 0 && emptyAtZero(scale)) return h("i", { class: "chip nil" })
  return h("i", { class: "chip", style: { background: lens.palette[scale.kind].fill[tone(value, scale)] } })
}

/** A number of a grid with its colour; pressing it goes there. */
export function factor(lens, id, cell, text, spot, face = null) {
  const grid = lens.scene.grid[id]
  return h("button", {
    class: "fac", type: "button", "data-spot": spot, onclick: () => lens.go(id, cell),
    "aria-label": `${grid.symbol} ${where(grid, cell) || "its only cell"}: ${said(grid, cell)}. Go there.`,
  }, face ?? chip(lens, id, grid.values[cell]), h("span", {}, text))
}

const written = (lens, id, value, places) => {
  const { digits } = lens.scene.grid[id]
  return fixed(value, digits ?? places)
}

/** A row of a term, whose factors are ringed while it is pointed at (focusin has no property, so it is listened to). */
export function row(lens, term, ...cells) {
  const ring = () => lens.ring(term), leave = () => lens.ring(null)
  const made = h("tr", { class: "term", onpointerenter: ring, onpointerleave: leave }, ...cells)
  made.addEventListener("focusin", ring)
  made.addEventListener("focusout", leave)
  return made
}

export function scrolling(open, ...children) {
  return h("div", { class: open ? "scroll open" : "scroll", ...(open ? { tabindex: 0, role: "group", "aria-label": "All terms" } : {}) }, ...children)
}

export function sumRows(lens, grid, cell, { terms, constant, result, sum = result, known }) {
  const v = grid.values[cell]
  if (!terms.length && !constant) {
    return { content: h("p", { class: "muted note" }, "No cell of the other side uses it: the sum is empty, so it is exactly 0."), value: number(v), sentence: ": nothing uses it, the sum is empty." }
  }
  if (!terms.length) {
    const told = grid.note ?? "It is given: nothing makes it."
    return { content: h("p", { class: "muted note" }, told), value: number(v), sentence: `. ${told}` }
  }
  const many = terms.length > ALL, open = lens.expanded
  const ranked = many || terms.length > 1 ? [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product)) : terms
  const shown = !many ? terms : open ? ranked : ranked.slice(0, LARGEST), rest = many && !open ? ranked.slice(LARGEST) : []
  const slots = Math.max(1, ...terms.map((term) => term.factors.length))
  const weighted = terms.some((term) => term.coefficient !== 1)
  const places = slotPlaces(lens, terms, slots), productPlaces = decimals(terms.map((term) => term.product))
  const write = (value) => fixed(value, productPlaces)
  const largest = Math.max(1e-300, ...shown.map((term) => Math.abs(term.product)).filter(Number.isFinite))
  const kinds = new Set(terms.filter(isProduct).map(kindOf))
  const context = { lens, slots, weighted, places, write, largest, named: many && kinds.size > 1, bars: slots < 3 && !(slots === 2 && weighted) }
  const body = []
  let heading = null
  shown.forEach((term, i) => {
    const kind = kindOf(term)
    if (!context.named && isProduct(term) && kind !== heading) {
      body.push(headingRow(context, term, heading === null))
      heading = kind
    }
    body.push(termRow(context, term, i))
  })
  const foot = []
  const line = (cls, label, value) => h("tr", { class: cls }, h("td", {}, label), h("td", {}, value))
  const total = rest.reduce((sum, term) => sum + term.product, 0), totalPlaces = Math.min(productPlaces, ownDecimals(total))
  if (rest.length) foot.push(line("more", h("button", { class: "quiet", type: "button", "data-spot": "more", onclick: () => lens.expand(true) }, `and ${rest.length} more`), fixed(total, totalPlaces)))
  if (constant) foot.push(line("", "constant", write(constant)))
  const alone = terms.length === 1 && !constant
  foot.push(line(known ? "" : "total", alone ? "its only term" : `sum of ${count(terms.length, "term")}`, number(sum)))
  if (known) foot.push(line("total", `${known.text(number(sum))} =`, number(result)))
  const lines = [...[...shown.map((term) => term.product), constant].map((value) => rounded(value, productPlaces)), rounded(total, totalPlaces)]
  const less = many && open && h("button", { class: "quiet less", type: "button", "data-spot": "more", onclick: () => lens.expand(false) }, `Show the largest ${LARGEST}`)
  const content = [
    scrolling(many && open, h("table", { class: `terms slots-${slots}` }, h("tbody", {}, body))),
    h("table", { class: `ft${context.bars ? " bars" : ""}` }, h("tbody", {}, foot)), less,
  ]
  return { content, value: number(v), inexact: !addsUp(lines, sum) || !shown.every((term) => multipliesOut(context, term)), sentence: `: ${known ? `${known.text(number(sum))}, of ` : ""}${alone ? "its only term" : `the sum of ${count(terms.length, "term")}`}. ${inWords(context, ranked[0])}` }
}

/** Terms of one kind have the same factors, read in the same way. */
const kindOf = ({ factors, through }) => `${factors}/${through ?? ""}`

const isProduct = ({ factors }) => factors.length > 1

/** Whether lines, as printed, add up to the printed result. */
function addsUp(lines, result) {
  const sum = lines.reduce((a, b) => a + b, 0), noise = 1e-9 * Math.max(...lines.map(Math.abs))
  return number(Math.abs(sum) < noise ? 0 : sum) === number(result)
}

/** Whether factors, as printed, have the printed product. */
function multipliesOut({ lens, slots, places, write }, { factors, values, coefficient, product }) {
  const printed = values.map((value, f) => rounded(value, lens.scene.grid[factors[f]].digits ?? places[f + slots - factors.length]))
  return factors.length === 1 || write(printed.reduce((a, b) => a * b, coefficient)) === write(product)
}

/** Decimals of a column are those of its largest number, so that a sum reads as it adds up. */
function slotPlaces(lens, terms, slots) {
  return [...Array(slots).keys()].map((slot) => decimals(terms.map((term) => term.values[slot - (slots - term.values.length)] ?? 0)))
}

function headingRow({ lens, slots, weighted, bars }, term, first) {
  const cells = term.factors.flatMap((id, f) => [h("th", { scope: "col" }, symbol(lens, id, term.through?.[f])), f < term.factors.length - 1 ? h("td") : null])
  const missing = h("td", { colspan: 2 * (slots - term.factors.length) })
  return h("tr", { class: "gh" }, weighted && h("td"), slots > term.factors.length && missing, cells, h("td"), first ? h("th", { scope: "col" }, "product") : h("td"), bars && h("td"))
}

function termRow({ lens, slots, weighted, places, write, largest, named, bars }, term, i) {
  const missing = slots - term.factors.length, cells = []
  if (weighted) cells.push(h("td", { class: "op co" }, term.coefficient === 1 ? "" : `${number(term.coefficient)} ×`))
  for (let slot = 0; slot < slots; slot++) {
    const f = slot - missing
    const alone = term.factors.length === 1 // it has its name instead of a number, and the room of the missing factors
    if (f < 0 && !alone) cells.push(h("td"), h("td", { class: "op" }))
    else if (f >= 0) {
      const id = term.factors[f], value = term.values[f]
      const text = alone ? h("span", {}, symbol(lens, id, term.through?.[f]), slots === 1 || lens.scene.grid[id].size > 1 ? bracket(lens.scene.grid[id], term.cells[f]) : "") : written(lens, id, value, places[slot])
      cells.push(h("td", { class: alone ? "f alone" : "f", colspan: alone ? 2 * missing + 1 : null }, factor(lens, id, term.cells[f], text, `${i},${slot}`, named && !alone ? symbol(lens, id, term.through?.[f]) : null)))
      if (slot < slots - 1) cells.push(h("td", { class: "op" }, "×"))
    }
  }
  cells.push(h("td", { class: "op" }, "="), h("td", {}, write(term.product)))
  if (bars) cells.push(h("td", { class: "bar" }, bar(term.product / largest)))
  return row(lens, term, ...cells)
}

function bar(share) {
  const width = Number.isFinite(share) ? Math.round(22 * Math.abs(share)) : 0
  return svg("svg", { width: 46, height: 12, "aria-hidden": "true" },
    svg("line", { x1: 23, x2: 23, y1: 0, y2: 12, stroke: "var(--line-2)" }),
    share ? svg("rect", { x: share < 0 ? 23 - width : 23, y: 2, width: Math.max(1, width), height: 8, fill: `var(${share < 0 ? "--neg-2" : "--pos-2"})` }) : null)
}

function inWords({ lens, places, slots, write }, term) {
  const part = (id, f) => {
    const grid = lens.scene.grid[id], slot = f + slots - term.factors.length
    return `${grid.symbol} ${where(grid, term.cells[f]) ? `at ${where(grid, term.cells[f])} ` : ""}(${written(lens, id, term.values[f], places[slot])})`
  }
  return term ? `Largest: ${term.factors.map(part).join(" × ")} = ${write(term.product)}.` : ""
}

export function mapRows(lens, grid, cell, { terms, step, result, known }) {
  const v = grid.values[cell], ids = terms.map((term) => term.factors[0])
  const say = (texts) => (known ? known.text(...texts) : `${step.function}(${texts.join(", ")})`)
  const names = ids.map((id, i) => `${lens.scene.grid[id].symbol}${bracket(lens.scene.grid[id], terms[i].cells[0])}`)
  const rows = terms.map((term, i) => row(lens, term,
    h("td", { class: "lf" }, symbol(lens, ids[i]), h("span", {}, bracket(lens.scene.grid[ids[i]], term.cells[0]))),
    h("td", { class: "op" }, term.coefficient === 1 ? "" : `${number(term.coefficient)} ×`),
    h("td", { class: "f" }, factor(lens, ids[i], term.cells[0], number(term.values[0]), `${i},0`))))
  const arguments_ = terms.map((term) => number(term.product))
  const slopes = known?.slope.map((slope, i) => h("tr", {},
    h("td", { class: "lf" }, `slope ∂${grid.symbol}/∂${lens.scene.grid[ids[i]].symbol} = ${known.slopeText[i]}`),
    h("td"), h("td", {}, number(slope(...terms.map((term) => term.product))))))
  const content = [
    h("table", { class: "map" }, h("tbody", {}, rows)),
    h("table", { class: "ft map" }, h("tbody", {},
      h("tr", { class: "total" }, h("td", { class: "lf" }, say(arguments_)), h("td", { class: "op" }, "="), h("td", {}, number(result ?? v))), slopes)),
  ]
  return { content, value: number(v), sentence: `: ${say(names)} = ${say(arguments_)}.` }
}

export function selectRows(lens, grid, cell, { terms, winner }) {
  const id = terms[0]?.factors[0], open = lens.expanded || terms.length <= ALL
  const ranked = terms.length <= ALL ? terms : [...terms].sort((a, b) => b.product - a.product)
  const shown = open ? ranked : ranked.slice(0, LARGEST)
  const from = lens.scene.grid[id ?? grid.id], places = decimals(terms.map((term) => term.product))
  const rows = shown.map((term, i) => {
    const won = term.cells[0] === winner
    return row(lens, term,
      h("td", { class: "lf" }, symbol(lens, id), h("span", {}, bracket(from, term.cells[0]))),
      h("td", { class: "f" }, factor(lens, id, term.cells[0], written(lens, id, term.product, places), `${i},0`)),
      h("td", { class: won ? "won" : "" }, won ? "← taken" : ""))
  })
  const more = !open && h("button", { class: "quiet", type: "button", "data-spot": "more", onclick: () => lens.expand(true) }, `and ${terms.length - LARGEST} more`)
  const content = [
    scrolling(lens.expanded && terms.length > ALL, h("table", { class: "select" }, h("tbody", {}, rows))), more,
    h("table", { class: "ft" }, h("tbody", {}, h("tr", { class: "total" }, h("td", {}, `taken from ${count(terms.length, "cell")}`), h("td", {}, written(lens, grid.id, grid.values[cell], places))))),
  ]
  return { content, value: number(grid.values[cell]), sentence: `: taken from ${from.symbol} at ${where(from, winner)}, out of ${count(terms.length, "cell")}.` }
}

/** A number names a cell of another grid, and that cell is taken as it is. */
export function pickRows(lens, grid, cell, { terms: [term] }) {
  const line = (f, says) => row(lens, term,
    h("td", { class: "lf" }, symbol(lens, term.factors[f]), h("span", {}, bracket(lens.scene.grid[term.factors[f]], term.cells[f]))),
    h("td", { class: "f" }, factor(lens, term.factors[f], term.cells[f], written(lens, term.factors[f], term.values[f], 2), `${f},0`)),
    h("td", { class: f ? "won" : "lf" }, says))
  const [names, taken] = term.factors.map((id) => lens.scene.grid[id])
  const content = h("table", { class: "select" }, h("tbody", {}, line(0, "names the row"), line(1, "← taken")))
  return { content, value: number(grid.values[cell]), sentence: `: ${names.symbol} at ${where(names, term.cells[0])} is ${written(lens, names.id, term.values[0], 2)}, and names ${taken.symbol} at ${where(taken, term.cells[1])}.` }
}
