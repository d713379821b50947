/* What is lit beside the active cell, and which planes are drawn so that it is seen. */

import { coordinates, planeOf } from "./scene.js"

/** Masks, by grid, of the cells that the active cell is made of, or else of those that it goes into. */
export function lightOf(scene, arithmetic, uses) {
  const lit = {}
  const on = (id, cell) => ((lit[id] ??= new Uint8Array(scene.grid[id].size))[cell] = 1)
  if (arithmetic) {
    for (const term of arithmetic.terms) term.factors.forEach((id, f) => on(id, term.cells[f]))
    return lit
  }
  for (const use of uses) {
    on(use.step.target, use.cell)
    use.factors.forEach((id, f) => f !== use.mine && on(id, use.cells[f]))
  }
  return lit
}

/** The planes to draw: those that were chosen; where all that is lit in a grid lies elsewhere, the plane of its largest
    term. Planes that the selection or the learner's hand has fixed stay. */
export function planesInLight({ scene, act, selected, chosen, held, lit, arithmetic }) {
  const words = (grid) => grid.rest.map((i) => grid.axes[i])
  const fixed = new Set([...held, ...[act, selected].flatMap((at) => words(scene.grid[at.grid]))])
  const planes = { ...chosen }
  for (const [id, mask] of Object.entries(lit)) {
    const grid = scene.grid[id], free = grid.rest.filter((i) => !fixed.has(grid.axes[i]))
    if (!free.length || id === act.grid || anyOf(grid, mask, planes)) continue
    const at = coordinates(grid, heaviest(grid, arithmetic) ?? mask.indexOf(1))
    for (const i of free) planes[grid.axes[i]] = at[i]
    for (const word of words(grid)) fixed.add(word)
  }
  return planes
}

/** The cell of a grid that enters the largest term, of those that `test` accepts; null where none does. */
export function heaviest(grid, arithmetic, test = () => true) {
  let largest = -1, best = null
  for (const term of arithmetic?.terms ?? []) {
    const f = term.factors.indexOf(grid.id), size = Math.abs(term.product)
    if (f < 0 || size <= largest || !test(term.cells[f])) continue
    largest = size
    best = term.cells[f]
  }
  return best
}

/** Whether a cell of the drawn plane is lit. */
export function anyOf(grid, mask, planes) {
  const at = planeOf(grid, planes)
  for (let i = 0; i < grid.rows; i++) for (let j = 0; j < grid.cols; j++) if (mask[at(i, j)]) return true
  return false
}
