/* A run on the server, as the browser knows it: what is asked of it, how far it has come, the pictures that were sent. */

import { Connection } from "./connection.js"
import { Record } from "./record.js"

const HELD = 10 // steps: what lies between two rates while the slider is pulled holds for fewer

/** Where runs that broke were sound: the step at which the last rate that had held was left, and by run the rate that it then
    had, null where that needs no change. null if a run has broken at its first rate. */
export function wayBack(runs) {
  const left = runs.map(({ diverged, rates }) => {
    if (!diverged) return { steps: Infinity }
    const held = rates.findLastIndex(([step], k) => k + 1 < rates.length && rates[k + 1][0] - step >= HELD)
    const [, rate] = rates[Math.max(0, held)], [steps] = rates[Math.max(0, held) + 1] ?? []
    return { steps, rate }
  })
  const steps = Math.min(...left.map((each) => each.steps))
  return steps < Infinity ? { steps, rates: left.map((each) => (each.steps === steps ? each.rate : null)) } : null
}

export class Run {
  record = new Record()
  taken = 0
  playing = false
  ended = false // there is no step after the last
  brokenAt = null // the last step, if the one after it broke the run
  watched = null // the digit of the pictures to come; null: the first that was held out
  #played = 0 // presses of Train: a rest that was told before the last is not its end
  #begun = 0 // runs: what still comes from an earlier one is passed over

  /** tell: {picture(picture), scene(scene), refused(why), turned(playing), opened(), lost(full), again()}. */
  constructor(tell) {
    this.tell = tell
    const lost = (full) => {
      this.#turn(false)
      tell.lost(full)
    }
    this.connection = new Connection({ hear: (message) => this.#hear(message), opened: tell.opened, lost, again: tell.again })
  }

  close() {
    this.connection.close()
  }

  /** From the first step, with so many networks; rates: of each, those that it is to have, [[step, rate], …]. */
  begin(address, settings, networks, rates) {
    this.record.clear(networks)
    this.brokenAt = null
    this.ended = false
    this.taken = 0
    this.connection.open(address)
    this.#turn(false)
    this.connection.send({ do: "begin", settings, rates, number: ++this.#begun })
    if (this.watched) this.connection.send({ do: "watch", ...this.watched })
  }

  play(pace, until = null) {
    this.connection.send({ do: "play", pace, until, number: ++this.#played })
    this.#turn(true)
  }

  pause() {
    if (this.playing) this.connection.send({ do: "pause" })
    this.#turn(false)
  }

  step() {
    this.connection.send({ do: "step" })
  }

  show(steps) {
    this.connection.latest({ do: "show", steps })
  }

  /** Forgets what came after so many steps. */
  back(steps) {
    this.record.cut(steps)
    this.ended = false
    this.connection.send({ do: "back", steps })
  }

  setRate(run, value) {
    this.connection.latest({ do: "rate", run, value })
  }

  /** Another digit, in a picture of this step; while it plays, from the next picture on. */
  watch(wanted, steps) {
    this.watched = wanted
    this.connection.latest({ do: "watch", ...wanted, steps: this.playing ? null : steps })
  }

  askScene(of) {
    this.connection.latest({ do: "scene", ...of })
  }

  #hear(message) {
    if (message.kind === "refused") return this.tell.refused(message.why)
    if (message.begun !== this.#begun) return
    if (message.kind === "scene") return this.tell.scene(message)
    message.look = this.watched
    this.record.add(message)
    this.taken = message.taken
    this.ended = message.ended
    if (message.steps === message.taken) this.brokenAt = message.runs.some((run) => run.diverged) ? message.taken : null
    this.sharing = message.sharing
    this.atOnce = message.at_once
    if (message.played === this.#played && (message.ended || !message.playing)) this.#turn(false)
    this.tell.picture(message)
  }

  #turn(playing) {
    this.playing = playing
    this.tell.turned(playing)
  }
}
