/* Which cells enter a step: the twins of Listed and Window in experiments/scene/format.py.
   Both answer in time proportional to their answer, forwards (the terms of one cell of the target) and backwards
   (the uses of one cell of a factor). A visit receives the target's cell and the factors' cells; the array is reused. */

const product = (sizes) => sizes.reduce((a, b) => a * b, 1)

export function unravel(flat, shape) {
  const at = new Array(shape.length)
  for (let d = shape.length - 1; d >= 0; d--) {
    at[d] = flat % shape[d]
    flat = Math.floor(flat / shape[d])
  }
  return at
}

/** Every term named. */
class Listed {
  #uses = [] // a factor each, made on first use

  constructor({ start, cells }) {
    this.start = start
    this.cells = cells
  }

  terms(cell, visit) {
    const at = new Array(this.cells.length)
    for (let k = this.start[cell]; k < this.start[cell + 1]; k++) {
      for (let f = 0; f < at.length; f++) at[f] = this.cells[f][k]
      visit(cell, at)
    }
  }

  uses(factor, cell, visit) {
    const { start, order, target } = (this.#uses[factor] ??= this.#turn(factor))
    if (cell + 1 >= start.length) return
    const at = new Array(this.cells.length)
    for (let u = start[cell]; u < start[cell + 1]; u++) {
      for (let f = 0; f < at.length; f++) at[f] = this.cells[f][order[u]]
      visit(target[order[u]], at)
    }
  }

  /** The lists turned round, by counting. */
  #turn(factor) {
    const mine = this.cells[factor], terms = mine.length
    let last = 0
    for (let k = 0; k < terms; k++) if (mine[k] > last) last = mine[k]
    const start = new Uint32Array(last + 2), order = new Uint32Array(terms), target = new Uint32Array(terms)
    for (let k = 0; k < terms; k++) start[mine[k] + 1]++
    for (let c = 0; c <= last; c++) start[c + 1] += start[c]
    const free = start.slice()
    for (let k = 0; k < terms; k++) order[free[mine[k]]++] = k
    for (let c = 0; c + 1 < this.start.length; c++) target.fill(c, this.start[c], this.start[c + 1])
    return { start, order, target }
  }
}

/** A rule: factor cells are affine in the target's index and a loop's. */
class Window {
  #plans = []

  constructor({ target, loop, reads }) {
    Object.assign(this, { target, loop, reads })
    this.extents = [...target, ...loop]
    // one row of coefficients an axis of a factor, over the target's index and then the loop's
    this.rows = reads.map((read) => read.shape.map((_, d) => [...read.target[d], ...read.loop[d]]))
  }

  terms(cell, visit) {
    const v = [...unravel(cell, this.target), ...this.loop.map(() => 0)], at = new Array(this.reads.length)
    for (let left = product(this.loop); left > 0; left--) {
      if (this.#read(v, at)) visit(cell, at)
      for (let d = v.length - 1; d >= this.target.length; d--) {
        if (++v[d] < this.extents[d]) break
        v[d] = 0
      }
    }
  }

  /** The factors' cells at one target and loop index; false where one does not exist. */
  #read(v, at) {
    for (let f = 0; f < this.reads.length; f++) {
      const { shape, offset, divisor } = this.reads[f], rows = this.rows[f]
      let flat = 0
      for (let d = 0; d < shape.length; d++) {
        const row = rows[d]
        let a = offset[d]
        for (let i = 0; i < row.length; i++) a += row[i] * v[i]
        if (divisor[d] !== 1) {
          if (a % divisor[d] !== 0) return false
          a /= divisor[d]
        }
        if (a < 0 || a >= shape[d]) return false
        flat = flat * shape[d] + a
      }
      at[f] = flat
    }
    return true
  }

  /** Solves the factor's equations for the indices, instead of trying them all. */
  uses(factor, cell, visit) {
    const plan = (this.#plans[factor] ??= this.#plan(factor))
    const { shape, offset, divisor } = this.reads[factor]
    const right = unravel(cell, shape).map((a, d) => a * divisor[d] - offset[d])
    const v = this.extents.map(() => 0), at = new Array(this.reads.length)
    const walk = (depth) => {
      if (depth === plan.length) {
        if (!this.#read(v, at)) return
        let target = 0
        this.target.forEach((size, d) => (target = target * size + v[d]))
        return void visit(target, at)
      }
      const { variable, equation } = plan[depth]
      if (equation === null) {
        for (v[variable] = 0; v[variable] < this.extents[variable]; v[variable]++) walk(depth + 1)
        v[variable] = 0
        return
      }
      const row = this.rows[factor][equation]
      let rest = right[equation]
      for (let i = 0; i < row.length; i++) if (i !== variable) rest -= row[i] * v[i]
      if (variable === null) {
        if (rest === 0) walk(depth + 1)
        return
      }
      const value = rest / row[variable]
      if (!Number.isInteger(value) || value < 0 || value >= this.extents[variable]) return
      v[variable] = value
      walk(depth + 1)
      v[variable] = 0
    }
    walk(0)
  }

  /** In which order to find the indices: solve an equation as soon as one unknown is left in it, else try values. */
  #plan(factor) {
    const rows = this.rows[factor], unknown = new Set(this.extents.keys()), open = new Set(rows.keys()), plan = []
    const left = (e) => [...unknown].filter((i) => rows[e][i] !== 0)
    while (open.size || unknown.size) {
      const equation = [...open].find((e) => left(e).length <= 1)
      if (equation !== undefined) {
        const [variable = null] = left(equation)
        plan.push({ variable, equation })
        open.delete(equation)
        unknown.delete(variable)
      } else {
        const wanted = open.size ? left([...open].sort((a, b) => left(a).length - left(b).length)[0]) : [...unknown]
        const variable = wanted.sort((a, b) => this.extents[a] - this.extents[b])[0]
        plan.push({ variable, equation: null })
        unknown.delete(variable)
      }
    }
    return plan
  }
}

export const indexOf = (data) => (data.kind === "window" ? new Window(data) : new Listed(data))
