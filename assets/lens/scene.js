/* A scene as the lens needs it: the payload's header with the geometry of every grid worked out. */

import { count, fixed, number } from "../drawing/numbers.js"
import { unravel } from "./indices.js"
import { prepareSteps } from "./steps.js"

export function prepareScene(scene) {
  scene.grids.forEach(prepareGrid)
  scene.grid = Object.fromEntries(scene.grids.map((grid) => [grid.id, grid]))
  for (const step of scene.steps) step.recorded = { constant: step.constant, winner: step.winner }
  prepareSteps(scene)
  showFrame(scene, 0)
  return scene
}

function prepareGrid(grid) {
  const recorded = grid.values.shape.length > grid.axes.length
  grid.shape = recorded ? grid.values.shape.slice(1) : grid.values.shape
  grid.size = grid.shape.reduce((a, b) => a * b, 1)
  grid.stride = grid.shape.map((_, i) => grid.shape.slice(i + 1).reduce((a, b) => a * b, 1))
  grid.plane ??= grid.shape.length > 1 ? [0, 1] : [-1, grid.shape.length - 1]
  grid.rows = grid.shape[grid.plane[0]] ?? 1
  grid.cols = grid.shape[grid.plane[1]] ?? 1
  grid.rest = [...grid.shape.keys()].filter((i) => !grid.plane.includes(i) && grid.shape[i] > 1)
  grid.recorded = recorded ? grid.values : null
  grid.checks = grid.numeric ?? null
}

/** Every grid that is recorded shows this frame of the run. */
export function showFrame(scene, frame) {
  scene.frame = frame
  const cut = (array, size) => (array.length > size ? array.subarray(frame * size, (frame + 1) * size) : array)
  for (const grid of scene.grids) {
    if (grid.recorded) grid.values = cut(grid.recorded, grid.size)
    if (grid.checks) grid.numeric = cut(grid.checks, grid.size)
  }
  for (const step of scene.steps) {
    const { size } = scene.grid[step.target]
    for (const name of ["constant", "winner"]) if (step.recorded[name]) step[name] = cut(step.recorded[name], size)
  }
}

/** What must stay the same for the page to be redrawn in place. */
export function structure(scene) {
  const grids = scene.grids.map(({ id, symbol, name, role, axes, shape, plane, names, lane, column, scale, edit, numeric }) =>
    [id, symbol, name, role, axes, shape, plane, names, lane, column, scale, edit, !!numeric])
  const network = scene.network && { ...scene.network, rate: null } // a number of its caption
  return JSON.stringify([scene.title, scene.lanes, scene.phases.map((p) => [p.id, p.label, p.lane]), grids, scene.frames, scene.diagram, network, scene.graph])
}

export const coordinates = (grid, cell) => unravel(cell, grid.shape)

/** Row and column of a cell in the drawn plane. */
export function place(grid, cell) {
  const at = coordinates(grid, cell)
  return [at[grid.plane[0]] ?? 0, at[grid.plane[1]] ?? 0]
}

/** (row, column) → flat index, in the plane that `planes` chooses (axis word → index). */
export function planeOf(grid, planes) {
  let base = 0
  for (const i of grid.rest) base += grid.stride[i] * Math.min(grid.shape[i] - 1, planes[grid.axes[i]] ?? 0)
  const down = grid.stride[grid.plane[0]] ?? 0, across = grid.stride[grid.plane[1]] ?? 0
  return (row, column) => base + row * down + column * across
}

export function visible(grid, cell, planes) {
  const at = coordinates(grid, cell)
  return grid.rest.every((i) => at[i] === Math.min(grid.shape[i] - 1, planes[grid.axes[i]] ?? 0))
}

/** What an index of an axis is called: its name if it has one, else its number. */
export const called = (grid, axis, index) => grid.names?.[axis]?.[index] ?? String(index)

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

/** The same within other text: letters from right to left would take the digits beside them along. */
function within(grid, axis, index) {
  const name = called(grid, axis, index)
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name
}

/** A number of a grid on its own. */
export const said = (grid, cell) => (grid.digits == null ? number(grid.values[cell]) : fixed(grid.values[cell], grid.digits))

/** "row 1, column 3"; where an index has a name, "time step 1 (e), gate f" */
export function where(grid, cell) {
  const at = coordinates(grid, cell)
  const words = (axis, i) => (repeated(grid, axis) ? `${axis} ${at[i]} (${within(grid, axis, at[i])})` : `${axis} ${within(grid, axis, at[i])}`)
  return grid.axes.map((axis, i) => (grid.shape[i] > 1 || grid.axes.length === 1 ? words(axis, i) : null)).filter(Boolean).join(", ")
}

/** Whether the names of an axis, as the letters of a word, do not tell its indices apart. */
const repeated = (grid, axis) => grid.names?.[axis] && new Set(grid.names[axis]).size < grid.names[axis].length

/** "[1, 3]" */
export function bracket(grid, cell) {
  const word = (axis, index) => (repeated(grid, axis) ? index : within(grid, axis, index))
  const at = coordinates(grid, cell).map((index, i) => word(grid.axes[i], index)).filter((_, i) => grid.shape[i] > 1)
  return at.length ? `[${at.join(", ")}]` : ""
}

export const sizeWords = (grid) => (grid.shape.length ? grid.shape.map((n, i) => count(n, grid.axes[i])) : ["1 number"])

/** The sizes that are worth printing: those of the drawn plane and of every axis with more than one index. */
export function printedSizes(grid) {
  const words = sizeWords(grid)
  return grid.shape.length < 3 ? words : words.filter((_, i) => grid.shape[i] > 1 || grid.plane.includes(i))
}
