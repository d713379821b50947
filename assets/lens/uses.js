/* The rows of the panel for a cell that goes into others: where, times what, and what it adds there. */

import { h } from "../drawing/element.js"
import { count, decimals, fixed, number } from "../drawing/numbers.js"
import { FUNCTIONS } from "./functions.js"
import { ALL, LARGEST, factor, row, scrolling, symbol } from "./rows.js"
import { bracket } from "./scene.js"

export function useRows(lens, grid, cell, uses) {
  const byTarget = groups(uses)
  const content = [...byTarget].flatMap(([step, list], i) => oneTarget(lens, grid, cell, step, list, i))
  const sentence = [...byTarget].map(([step, list]) => `${count(list.length, "cell")} of ${lens.scene.grid[step.target].symbol}`).join(" and ")
  return { content, sentence: ` and goes into ${sentence}.` }
}

function groups(uses) {
  const made = new Map()
  for (const use of uses) made.set(use.step, [...(made.get(use.step) ?? []), use])
  return made
}

function oneTarget(lens, grid, cell, step, uses, order) {
  const to = lens.scene.grid[step.target], open = lens.expanded, shown = open || uses.length <= ALL ? uses : uses.slice(0, LARGEST)
  const through = ({ through: names }, f) => FUNCTIONS[names?.[f]]?.f ?? ((value) => value)
  const own = (use) => through(use, use.mine)(grid.values[cell])
  const others = (use) => use.factors.map((id, f) => ({ id, cell: use.cells[f], f, as: use.through?.[f], pass: through(use, f) })).filter(({ f }) => f !== use.mine)
  const value = ({ id, cell: at, pass }) => pass(lens.scene.grid[id].values[at])
  const places = decimals(uses.flatMap((use) => others(use).map(value)))
  const adds = (use) => others(use).reduce((product, other) => product * value(other), own(use) * use.coefficient)
  const addPlaces = decimals(uses.map(adds))
  const slots = Math.max(...uses.map((use) => use.factors.length)) - 1
  const last = { sum: "adds", map: "gives", select: "" }[step.kind]
  const result = (use) => {
    if (step.kind === "select") return step.winner[use.cell] === cell ? "taken" : "not taken"
    return step.kind === "map" ? number(to.values[use.cell]) : fixed(adds(use), addPlaces)
  }
  const rows = shown.map((use, i) => {
    const term = { factors: [step.target, ...use.factors], cells: [use.cell, ...use.cells] }
    const spot = order * 100_000 + i
    const weight = step.kind === "sum" && use.coefficient !== 1 ? `${number(use.coefficient)} × ` : ""
    const mine = h("td", { class: "f" }, weight, fixed(own(use), grid.digits ?? decimals([own(use)])))
    const slotCells = others(use).flatMap((other, k) => [
      h("td", { class: "op" }, "×"),
      h("td", { class: "f" }, factor(lens, other.id, other.cell, fixed(value(other), lens.scene.grid[other.id].digits ?? places), `${spot},${k + 1}`)),
    ])
    const blanks = Array.from({ length: 2 * (slots - others(use).length) }, () => h("td"))
    return row(lens, term,
      h("td", { class: "lf" }, factor(lens, step.target, use.cell, bracket(to, use.cell) || to.symbol, `${spot},0`)),
      mine, slotCells, blanks,
      h("td", { class: "op" }, step.kind === "sum" ? "=" : ""), h("td", {}, result(use)))
  })
  const partners = others(uses[0]).flatMap(({ id, as }) => [h("td"), h("th", { scope: "col" }, symbol(lens, id, as))])
  const more = shown.length < uses.length && h("button", { class: "quiet", type: "button", "data-spot": `more${order}`, onclick: () => lens.expand(true) }, `and ${uses.length - shown.length} more`)
  return [
    scrolling(open && uses.length > ALL,
      h("table", { class: "uses" },
        h("caption", {}, `goes into ${count(uses.length, "cell")} of `, symbol(lens, to.id)),
        h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "lf" }, symbol(lens, to.id)), h("th", { scope: "col" }, symbol(lens, grid.id, uses[0].through?.[uses[0].mine])), partners, h("td"), h("th", { scope: "col" }, last))),
        h("tbody", {}, rows))),
    more && h("p", { class: "more" }, more),
  ]
}
