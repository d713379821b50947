/* What the player walks through: the frames of a recorded run, or the cells of one grid in reading order. */

import { place, planeOf, showFrame } from "./scene.js"

export class Walk {
  constructor(lens) {
    this.lens = lens
  }

  /** The grid whose cells are walked: the selected one if it is made in this direction, else the direction's first. */
  get path() {
    const { scene, selected, phase } = this.lens
    return scene.grid[this.lens.isTarget(selected.grid) ? selected.grid : phase.start[0]]
  }

  count() {
    return this.lens.scene.frames?.count ?? this.path.rows * this.path.cols
  }

  at() {
    const { scene, selected } = this.lens, { path } = this
    if (scene.frames) return scene.frame
    const [row, column] = place(path, selected.grid === path.id ? selected.cell : this.lens.lastOf(path.id))
    return row * path.cols + column
  }

  show(i) {
    const { scene, planes } = this.lens, { path } = this
    if (scene.frames) {
      showFrame(scene, i)
      return this.lens.walked()
    }
    this.lens.walked({ grid: path.id, cell: planeOf(path, planes)(Math.floor(i / path.cols), i % path.cols) })
  }

  paused() {
    if (!this.lens.scene.frames) this.lens.paused()
  }

  /** [what is counted, where it stands], in words. */
  label(i) {
    const { scene: { frames }, phase } = this.lens, { path } = this
    if (frames) return [frames.axis, `${frames.axis} ${i} of ${frames.count - 1}`]
    const what = phase.step && path.id === phase.start[0] ? phase.step : `${path.symbol} cell`
    return [what, `${what} ${i + 1} of ${this.count()}`]
  }
}
