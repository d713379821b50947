/* The selection in the address, as one parameter that the server names: `?convolution_look=backward.dw.5`.
   Copying the address copies the view; nothing is sent. */

import { readParameter, writeParameter } from "../drawing/address.js"

/** {phase, grid, cell, frame} as the address says it, if it says something that exists. */
export function readLink(name, scene) {
  const [phase, id, cell, frame = "0"] = (readParameter(name) ?? "").split(".")
  const grid = scene.grid[id], whole = (text, size) => /^\d{1,9}$/.test(text) && +text < size
  if (!scene.phases.some((p) => p.id === phase) || !grid || !whole(cell, grid.size)) return null
  return { phase, grid: id, cell: +cell, frame: whole(frame, scene.frames?.count ?? 1) ? +frame : 0 }
}

export function writeLink(name, { phase, grid, cell, frame }) {
  writeParameter(name, [phase, grid, cell, ...(frame ? [frame] : [])].join("."))
}
