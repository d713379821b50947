/* The selection in the address, as one parameter that the server names: `?convolution_look=backward.dw.5`.
   Copying the address copies the view; nothing is sent. */

import { copyAddress, dropParameter, readParameter, writeParameter } from "../drawing/address.js"

/** A selection, as an address tells it, if it is of this scene: {phase, grid, cell, frame}; else null. */
export function existing(scene, { phase, grid: id, cell, frame = "0" }) {
  const grid = scene.grid[id], whole = (text, size) => /^\d{1,9}$/.test(text) && +text < size
  if (!scene.phases.some((p) => p.id === phase) || !grid || !whole(cell, grid.size)) return null
  return { phase, grid: id, cell: +cell, frame: whole(frame, scene.frames?.count ?? 1) ? +frame : 0 }
}

/** Where the lens of a page keeps what is selected. A lens inside of something else is given its own, with these functions. */
export class PageLink {
  constructor(name) {
    this.name = name
  }

  read(scene) {
    const [phase, grid, cell, frame] = (readParameter(this.name) ?? "").split(".")
    return existing(scene, { phase, grid, cell, frame })
  }

  write({ phase, grid, cell, frame }) {
    writeParameter(this.name, [phase, grid, cell, ...(frame ? [frame] : [])].join("."))
  }

  copy(button) {
    copyAddress(button, this.name)
  }

  drop() {
    dropParameter(this.name)
  }
}
