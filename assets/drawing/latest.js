/* Back-pressure for values that move while dragged: one is under way, only the newest of the others is kept.
   The next leaves when the answer to the last has been drawn, so that a slow server is never behind. */

export const MOVING = "layerlab:moving" // a setting is being dragged: the lens of the page follows, {name, value}
const PATIENCE = 4000 // ms; after an answer that never came, sending goes on

export class Latest {
  #send
  #number = 0
  #busy = false
  #next = null
  #timer = 0

  /** send(value, number): the server repeats the number in its answer. */
  constructor(send) {
    this.#send = send
  }

  push(value) {
    if (this.#busy) this.#next = { value }
    else this.#leave(value)
  }

  /** To be called when an answer has been drawn. */
  answered(number) {
    if (number < this.#number && this.#busy) return // an older one, or a redraw for another reason
    this.#number = Math.max(this.#number, number)
    this.#free()
  }

  get waiting() {
    return this.#busy
  }

  #leave(value) {
    this.#busy = true
    this.#timer = setTimeout(() => this.#free(), PATIENCE)
    this.#send(value, ++this.#number)
  }

  #free() {
    clearTimeout(this.#timer)
    this.#busy = false
    const next = this.#next
    this.#next = null
    if (next) this.#leave(next.value)
  }
}

const REST = 250 // ms without another value after which the last one is final

/** A native slider that reports while dragged and on key presses: report(value, final). A value is reported at once;
    it is reported again as final when the hand has rested, so that what follows a final value never delays a picture. */
export function follow(range, report) {
  let held = false, moved = false, timer = 0
  const rest = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (held || !moved) return
      moved = false
      report(+range.value, true)
    }, REST)
  }
  const release = () => {
    if (!held) return
    held = false
    rest()
  }
  range.onpointerdown = () => (held = true)
  range.oninput = () => {
    moved = true
    report(+range.value, false)
    rest()
  }
  range.onchange = range.onpointerup = range.onpointercancel = release
}
