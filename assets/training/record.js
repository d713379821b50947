/* What a browser keeps of a run: its pictures by step, and the losses and held-out shares of every network. */

const KEPT = 600 // pictures; beyond, every second of the older half is dropped

export class Record {
  pictures = new Map() // steps → picture, ascending
  history = [] // a run each: {losses, tested}
  #last = -1

  clear(runs) {
    this.pictures.clear()
    this.#last = -1
    this.history = Array.from({ length: runs }, () => ({ losses: [], tested: [] }))
  }

  at(steps) {
    return this.pictures.get(steps)
  }

  add(picture) {
    picture.runs.forEach((run, i) => {
      const { losses } = this.history[i]
      losses.length = Math.min(losses.length, picture.since)
      losses.push(...run.losses)
      this.history[i].tested = run.tested
    })
    this.pictures.set(picture.steps, picture)
    if (picture.steps < this.#last) this.pictures = new Map([...this.pictures].sort(([a], [b]) => a - b))
    this.#last = Math.max(this.#last, picture.steps)
    if (this.pictures.size > KEPT) this.#thin()
  }

  #thin() {
    const older = [...this.pictures.keys()].slice(0, KEPT / 2)
    older.forEach((steps, i) => i % 2 && this.pictures.delete(steps))
  }

  /** Forgets what came after so many steps. */
  cut(steps) {
    for (const later of [...this.pictures.keys()].filter((at) => at > steps)) this.pictures.delete(later)
    this.#last = Math.min(this.#last, steps)
    this.history.forEach((run) => {
      run.losses.length = Math.min(run.losses.length, steps)
      run.tested = run.tested.filter(([at]) => at <= steps)
    })
  }
}
