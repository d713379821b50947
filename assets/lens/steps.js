/* The arithmetic of one cell: which step makes it, from which terms, and where it goes. Twin of experiments/scene/evaluation.py. */

import { FUNCTIONS } from "./functions.js"
import { indexOf } from "./indices.js"

const PRECISE = { f8: 1e-12, f4: 1e-5 }

/** Turns the indices of a scene's steps, as they arrive, into something that can be asked. */
export function prepareSteps(scene) {
  for (const step of scene.steps) for (const group of groupsOf(step)) group.index = indexOf(group.index)
}

export const groupsOf = (step) => step.groups ?? step.arguments ?? [step.group]

/** The step that makes the cells of a grid in a phase. */
export function stepOf(scene, grid, phase) {
  return scene.steps.find((step) => step.target === grid && step.phase === phase)
}

export function takesPart(scene, grid, phase) {
  const reads = (step) => groupsOf(step).some((group) => group.factors.includes(grid))
  return scene.steps.some((step) => step.phase === phase && (step.target === grid || reads(step)))
}

/**
 * The terms that make a cell. `values` gives a grid's numbers.
 * {kind, terms: [{factors, cells, through, values, coefficient, product}], constant, result, size, agrees}
 * A factor may be read through a function: `values` are what enters the product.
 */
export function arithmetic(step, cell, values) {
  const terms = []
  for (const { factors, index, coefficient = 1, through } of groupsOf(step)) {
    const grids = factors.map(values), pass = factors.map((_, f) => FUNCTIONS[through?.[f]]?.f)
    index.terms(cell, (_, at) => {
      const cells = at.slice(), read = new Array(cells.length)
      let product = coefficient
      for (let f = 0; f < cells.length; f++) product *= read[f] = pass[f] ? pass[f](grids[f][cells[f]]) : grids[f][cells[f]]
      terms.push({ factors, cells, through, values: read, coefficient, product })
    })
  }
  const made = { kind: step.kind, step, terms, constant: step.constant?.[cell] ?? 0, ...FINISH[step.kind](step, cell, terms, values) }
  const target = values(step.target), held = target[cell]
  const tolerance = (target instanceof Float32Array ? PRECISE.f4 : PRECISE.f8) * made.size
  made.agrees = made.result === undefined ? null : Object.is(made.result, held) || made.result === held || Math.abs(made.result - held) <= tolerance
  return made
}

const FINISH = {
  sum(step, cell, terms) {
    const constant = step.constant?.[cell] ?? 0
    let result = constant, size = Math.abs(constant)
    for (const { product } of terms) {
      result += product
      size += Math.abs(product)
    }
    if (!step.after) return { result, size }
    const known = FUNCTIONS[step.after]
    return { result: known.f(result), sum: result, size: size + 1, known }
  },
  map(step, cell, terms) {
    const known = FUNCTIONS[step.function], read = terms.map((term) => term.product)
    if (!known) return { result: undefined, size: 0 }
    const result = known.f(...read)
    return { result, size: known.size?.(...read) ?? Math.abs(result), known }
  },
  select(step, cell, terms, values) {
    const winner = step.winner[cell]
    return { result: values(step.group.factors[0])[winner], size: 0, winner }
  },
}

/** Where a cell goes in a phase: [{step, cell, factors, cells, through, mine, coefficient}], `mine` is the factor that it is. */
export function usesOf(scene, grid, cell, phase) {
  const uses = []
  for (const step of scene.steps) {
    if (step.phase !== phase) continue
    groupsOf(step).forEach(({ factors, index, coefficient = 1, through }) => {
      factors.forEach((factor, mine) => {
        if (factor !== grid) return
        index.uses(mine, cell, (target, at) => {
          const again = factors.findIndex((other, f) => other === grid && at[f] === cell)
          if (again === mine) uses.push({ step, cell: target, factors, cells: at.slice(), through, mine, coefficient })
        })
      })
    })
  }
  return uses
}
