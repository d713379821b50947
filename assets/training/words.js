/* What a training says of itself in words. */

import { number } from "../drawing/numbers.js"

export const band = (name) => ({ forward: "Forward →", backward: "← Backward", update: "Update" })[name]

/** A learning rate: 0.0001, 1,000,000. */
export const rateText = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 })

/** When the held-out digits were looked at last, where that is not now. */
function testedAt({ tested }, steps) {
  const at = tested.findLast(([step]) => step <= steps)?.[0]
  return at === undefined || at === steps ? "" : ` (after ${at})`
}

const percent = (share) => `${(100 * share).toFixed(1)} %`

export const status = {
  /** One line: how far, how good, and who else is computing. */
  of({ steps, runs }, { playing, sharing, atOnce }) {
    const each = runs.map((run, i) => `${runs.length > 1 ? `${"AB"[i]}: ` : ""}loss ${run.loss == null ? "∞" : number(run.loss)}, held-out digits named right ${percent(run.heldOut)}${testedAt(run, steps)}`)
    const queue = playing && sharing > atOnce ? ` ${sharing} trainings share this server, ${atOnce} at a time: yours takes turns with ${sharing - 1} others.` : ""
    return `After ${steps} steps: ${each.join("; ")}.${queue}`
  },

  broken({ steps, runs }, run) {
    const which = runs.length > 1 ? `Network ${"AB"[run]}` : "The network"
    return `${which} is broken: at a learning rate of ${rateText(runs[run].rates.at(-1)[1])} its steps were so large that in step ${steps + 1} numbers overflowed.`
  },
}
