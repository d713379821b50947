/* What the player walks through: the frames of a recorded run, the nodes of a graph, an axis of one grid, or its cells in
   reading order. */

import { nodesOf } from "./graph.js"
import { called, coordinates, place, planeOf, showFrame } from "./scene.js"

const STEP_PACE = 900 // milliseconds: a step of a sequence is read, not only seen

export class Walk {
  constructor(lens) {
    this.lens = lens
  }

  /** The grid whose cells are walked: the selected one if it is made in this direction, else the direction's first. */
  get path() {
    const { scene, selected, phase } = this.lens, grid = scene.grid[selected.grid]
    const fits = this.lens.isTarget(selected.grid) && (!phase.along || grid.axes.includes(phase.along))
    return fits ? grid : scene.grid[phase.start[0]]
  }

  /** Which axis of the path is walked along; −1 where all its cells are. */
  get axis() {
    return this.path.axes.indexOf(this.lens.phase.along)
  }

  /** The play goes from the end to the beginning. */
  get against() {
    return this.axis >= 0 && this.lens.phase.arrow === "left"
  }

  get pace() {
    const { network, frames } = this.lens.scene // the lines of a drawing are read one by one as well
    return this.nodes || this.axis >= 0 || (network && !frames) ? STEP_PACE : undefined
  }

  /** The nodes of a graph, as they are made in this direction. */
  get nodes() {
    const { scene, phase } = this.lens
    return scene.graph ? nodesOf(scene, phase) : null
  }

  count() {
    if (this.nodes) return this.nodes.length
    const { path, axis } = this
    return this.lens.scene.frames?.count ?? (axis >= 0 ? path.shape[axis] : path.rows * path.cols)
  }

  at() {
    const { scene, selected } = this.lens, { path, axis } = this
    if (scene.frames) return scene.frame
    if (this.nodes) return Math.max(0, this.nodes.findIndex(({ grid, cell }) => grid === this.lens.selected.grid && cell === this.lens.selected.cell))
    const cell = selected.grid === path.id ? selected.cell : this.lens.lastOf(path.id), [row, column] = place(path, cell)
    return axis >= 0 ? coordinates(path, cell)[axis] : row * path.cols + column
  }

  show(i) {
    const { scene, planes, selected } = this.lens, { path, axis } = this
    if (scene.frames) {
      showFrame(scene, i)
      return this.lens.walked()
    }
    if (this.nodes) return this.lens.walked(this.nodes[i])
    if (axis >= 0) {
      const cell = selected.grid === path.id ? selected.cell : this.lens.lastOf(path.id)
      return this.lens.walked({ grid: path.id, cell: cell + (i - coordinates(path, cell)[axis]) * path.stride[axis] })
    }
    this.lens.walked({ grid: path.id, cell: planeOf(path, planes)(Math.floor(i / path.cols), i % path.cols) })
  }

  paused() {
    if (!this.lens.scene.frames) this.lens.paused()
  }

  /** [what is counted, where it stands], in words. */
  label(i) {
    const { scene: { frames }, phase } = this.lens, { path } = this
    if (frames) return [frames.axis, `${frames.axis} ${frames.start + i} of ${frames.start + frames.count - 1}`]
    if (this.nodes) return ["node", `node ${i + 1} of ${this.nodes.length}`]
    if (this.axis >= 0) return [phase.along, `${phase.along} ${i}${named(path, phase.along, i)}`]
    const what = phase.step && path.id === phase.start[0] ? phase.step : `${path.symbol} cell`
    return [what, `${what} ${i + 1} of ${this.count()}`]
  }
}

/** " (l)": the name of an index, where it has one. */
function named(grid, axis, index) {
  const name = called(grid, axis, index)
  return name === String(index) ? "" : ` (${name})`
}
