/* Where the lens's scenes come from, and where a changed number goes. While something is dragged the scene is asked for by
   address (experiments/live.py), with no run of the page; where there is no such address, the page hears every value. */

import { Latest, MOVING } from "../drawing/latest.js"

const SILENT = "The server does not answer. The next change asks it again."

export class Source {
  #live = null // {address, settings, prefix}
  #report = () => {}
  #outbox = new Latest((change, number) => this.#ask(change, number))

  constructor(lens) {
    this.lens = lens
    window.addEventListener(MOVING, this.#moving)
  }

  close() {
    window.removeEventListener(MOVING, this.#moving)
  }

  /** What the page gives with each scene: where to ask, with which settings; `report` tells the page of a change. */
  set(live, report) {
    this.#live = live
    this.#report = report
  }

  /** The page has drawn its answer to this message. */
  answered(number) {
    this.#outbox.answered(number)
  }

  get waiting() {
    return this.#outbox.waiting
  }

  /** A cell that was changed by hand. What is final is the page's, which keeps it. */
  send(grid, cell, value, final) {
    if (this.#live && final) this.#report({ grid, cell, value, final })
    else this.#outbox.push({ grid, cell, value, final })
  }

  /** A setting that is being dragged somewhere on the page. */
  #moving = ({ detail: { name, value } }) => {
    if (this.#live && name.startsWith(this.#live.prefix)) this.#outbox.push({ [name]: value })
  }

  async #ask(change, number) {
    if (!this.#live) return this.#report({ ...change, number })
    const { lens } = this, { version } = lens, { final: _, ...wanted } = change
    try {
      const bytes = await this.#fetch(wanted)
      if (!bytes) lens.say(SILENT)
      else if (version === lens.version) lens.show(bytes) // else the page has drawn something newer
    } finally {
      this.#outbox.answered(number)
    }
  }

  /** The scene with these changes; null where the server does not give it. */
  async #fetch(wanted) {
    const { address, settings } = this.#live, given = Object.entries(settings).filter(([, value]) => value !== null)
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ ...Object.fromEntries(given), ...wanted })}`)
      return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null
    } catch {
      return null
    }
  }
}
