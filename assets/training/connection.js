/* The WebSocket of a training. What is said before it is open waits; after a loss it is opened again. */

import { unparcel } from "../drawing/payload.js"

const AGAIN = 2000 // ms
const FULL = 1013 // how a server that can hold no more connections closes one

/** Calls done() now, or once the tab is in view: until a picture is called drawn, the server computes no other, and a
    training that nobody sees rests. */
const inView = (done) => (document.hidden ? document.addEventListener("visibilitychange", done, { once: true }) : done())

export class Connection {
  #socket = null
  #waiting = []
  #next = new Map() // kind → the newest message of this kind, while an older one is under way
  #busy = new Set() // kinds that are under way

  /** hear(message) is called for every message, opened() and lost(full) when they happen, again() some time after a loss. */
  constructor({ hear, opened, lost, again }) {
    Object.assign(this, { hear, opened, lost, again })
  }

  /** A connection to this address; messages of an earlier one are forgotten. */
  open(address) {
    this.#waiting = []
    this.#next.clear()
    this.#busy.clear()
    if (this.address === address && this.#socket?.readyState === WebSocket.OPEN) return
    this.close()
    this.address = address
    const socket = (this.#socket = new WebSocket(new URL(address, location.href.replace(/^http/, "ws"))))
    socket.binaryType = "arraybuffer"
    socket.onopen = () => {
      this.opened()
      for (const message of this.#waiting.splice(0)) socket.send(JSON.stringify(message))
    }
    socket.onmessage = ({ data }) => {
      this.hear(unparcel(new Uint8Array(data)))
      inView(() => socket === this.#socket && this.send({ do: "drawn" }))
      this.#answered()
    }
    socket.onclose = ({ code }) => {
      if (socket !== this.#socket) return
      this.#socket = null
      this.lost(code === FULL)
      this.timer = setTimeout(this.again, AGAIN)
    }
  }

  close() {
    clearTimeout(this.timer)
    const socket = this.#socket
    this.#socket = null
    socket?.close()
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
    else this.#waiting.push(message)
  }

  /** Of the messages of a kind, one is under way; of those that come meanwhile only the newest is kept. */
  latest(message) {
    if (this.#busy.has(message.do)) return void this.#next.set(message.do, message)
    this.#busy.add(message.do)
    this.send(message)
  }

  #answered() {
    const next = [...this.#next.values()]
    this.#busy.clear()
    this.#next.clear()
    for (const message of next) this.latest(message)
  }
}
