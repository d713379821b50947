/* What a training says of itself in words. */

import { number } from "../drawing/numbers.js"

export const band = (name) => ({ forward: "Forward →", backward: "← Backward", update: "Update" })[name]

/** What a direction shows, in the words of the lesson; a drawing has no label, and so no way back. */
export function explanation(name, { label }, words) {
  const shown = words[name[0].toUpperCase() + name.slice(1)]
  return name === "backward" && label === null ? `${shown} ${words["No label"]}` : shown
}

/** A learning rate: 0.0001, 1,000,000. */
export const rateText = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: 3 })

/** When the held-out digits were looked at last, where that is not now. */
function testedAt({ tested }, steps) {
  const at = tested.findLast(([step]) => step <= steps)?.[0]
  return at === undefined || at === steps ? "" : ` (after ${at})`
}

const isDead = ({ dead, norm }) => dead === 1 && norm === 0
const listed = (words) => (words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0])

const percent = (share) => `${(100 * share).toFixed(1)} %`

export const status = {
  /** One line: how far, how good, whether it ends here, and who else is computing. */
  of({ steps, runs }, { playing, ended, brokenAt, taken, sharing, atOnce }) {
    const each = runs.map((run, i) => `${runs.length > 1 ? `${"AB"[i]}: ` : ""}loss ${run.loss == null ? "∞" : number(run.loss)}, held-out digits named right ${percent(run.heldOut)}${testedAt(run, steps)}`)
    const queue = playing && sharing > atOnce ? ` ${sharing} trainings share this server, ${atOnce} at a time: yours takes turns with ${sharing - 1} others.` : ""
    const end = ended && brokenAt === null ? ` The record ends at ${taken.toLocaleString("en-US")} steps.` : ""
    return `After ${steps} steps: ${each.join("; ")}.${end}${queue}`
  },

  /** Layers whose ReLU lets nothing of the batch pass, so that no gradient comes to them: {text, before: the first step},
      or null. begun: the picture before the first step. */
  dead({ runs }, begun) {
    const run = runs.findIndex(({ layers }) => layers.some(isDead))
    if (run < 0) return null
    const dead = runs[run].layers.filter(isDead).map(({ name }) => name)
    const before = !!begun?.runs[run]?.layers.some(isDead)
    const whose = runs.length > 1 ? ` of network ${"AB"[run]}` : ""
    const text = `${listed(dead)}${whose} ${dead.length > 1 ? "are" : "is"} dead: behind ${dead.length > 1 ? "them" : "it"} ReLU gives 0 for every digit of the batch, so ∂L/∂w is 0 and nothing is learned there.`
    return { before, text: before ? `${text} It was so before the first step: the first weights, kernel_initializer, are to blame.` : text }
  },

  broken({ steps, runs }, run) {
    const which = runs.length > 1 ? `Network ${"AB"[run]}` : "The network"
    return `${which} is broken: at a learning rate of ${rateText(runs[run].rates.at(-1)[1])} its steps were so large that in step ${steps + 1} numbers overflowed.`
  },
}
