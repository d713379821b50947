/* Where a picture's bytes come from while something is dragged, and where a changed number goes. They are asked for by address
   (experiments/live.py), with no run of the page; where there is no such address, the page hears every value. */

import { Latest, MOVING } from "./latest.js"

const SILENT = "The server does not answer. The next change asks it again."

export class Source {
  #live = null // {address, settings, prefix}
  #report = () => {}
  #dragged = {} // settings that have moved since the page spoke last: it may not have heard of all of them yet
  #outbox = new Latest((change, number) => this.#ask(change, number))

  /** picture: show(bytes) draws, say(text) complains, version counts what was drawn. */
  constructor(picture) {
    this.picture = picture
    window.addEventListener(MOVING, this.#moving)
  }

  close() {
    window.removeEventListener(MOVING, this.#moving)
  }

  /** What the page gives with each picture: where to ask, with which settings; `report` tells the page of a change. */
  set(live, report) {
    this.#live = live
    this.#report = report
    this.#dragged = {}
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
    if (!this.#live || !name.startsWith(this.#live.prefix)) return
    this.#dragged = { ...this.#dragged, [name]: value }
    this.#outbox.push(this.#dragged)
  }

  async #ask(change, number) {
    if (!this.#live) return this.#report({ ...change, number })
    const { picture } = this, { version } = picture, { final: _, ...wanted } = change
    try {
      const bytes = await this.#fetch(wanted)
      if (!bytes) picture.say(SILENT)
      else if (version === picture.version) picture.show(bytes) // else the page has drawn something newer
    } finally {
      this.#outbox.answered(number)
    }
  }

  /** The picture with these changes; null where the server does not give it. */
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
