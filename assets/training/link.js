/* What is looked at, in the address, as one parameter that the server names: `?cnn_look=backward.12.40` is the direction, the
   watched digit, and the step. A drawing stands there as d and 64 signs, how many of its 16 dots each place has.
   Where a learning rate was changed on the way, a fourth part tells it: `0r1e-1_98r3e-2` is 0.1, and from step 98 on 0.03; a
   second network's stand behind a star. Then comes what is open in the lens: `0.2.backward.dw.5` is network, layer, and what is
   selected. */

import { readParameter, writeParameter } from "../drawing/address.js"

const DOTS = 16 // of each of the 64 places of a drawing
const FIRST = "forward.0.0" // what a fresh page shows
const PHASES = ["forward", "backward"] // of the lens
const MOST = 200 // changes of a rate: an address has to stay short enough to be sent

/** {band, wanted, steps, rates, lens} as the address says it; what it does not say, or says wrongly, is as on a fresh page. */
export function readLook(name, { bands, examples, longest, options, networks }) {
  const [band, digit = "", steps = "0", rates = "", run, layer, phase, grid, cell] = (readParameter(name) ?? "").split(".")
  const changed = readRates(rates, options, networks)
  return {
    band: bands.includes(band) ? band : bands[0],
    wanted: drawing(digit) ?? (whole(digit, examples - 1) && +digit ? { example: +digit } : null),
    steps: changed && whole(steps, longest) ? +steps : 0, // a run at other rates is another run
    rates: changed ?? [],
    lens: changed && whole(run, networks - 1) && whole(layer, MOST) ? { run: +run, layer: +layer, phase: PHASES.includes(phase) ? phase : null, grid, cell } : null,
  }
}

/** rates: of each network, its changes up to the step, [[step, rate], …]; set: the rates that the settings tell; lens: what is
    open in it, or null. What a fresh page shows is written only if it is to be copied. */
export function writeLook(name, { band, wanted, steps, rates, set, lens }, copied = false) {
  const digit = wanted?.drawing ? `d${wanted.drawing.map((share) => Math.round(DOTS * share).toString(DOTS + 1)).join("")}` : wanted?.example ?? 0
  const changed = rates.some((list, run) => list.length > 1 || list[0][1] !== set[run])
  const kept = !changed || rates.flat().length <= MOST // else the run does not fit: its first step does
  const opened = kept && lens ? [lens.run, lens.layer, lens.phase, lens.grid, lens.cell] : []
  const value = [band, digit, kept ? steps : 0, changed && kept ? ratesText(rates) : "", ...opened].join(".").replace(/\.$/, "")
  if (value !== FIRST || readParameter(name) || copied) writeParameter(name, value)
}

const whole = (text, most) => /^\d{1,6}$/.test(text ?? "") && +text <= most

const ratesText = (rates) => rates.map((list) => list.map(([step, rate]) => `${step}r${rate.toExponential().replace("+", "")}`).join("_")).join("*")

/** The changes of every network; none where nothing is said, null where it cannot be. */
function readRates(text, options, networks) {
  if (!text) return []
  const rates = text.split("*").map((list) => list.split("_").map((change) => /^(\d{1,6})r(\de-?\d)$/.exec(change)?.slice(1).map(Number)))
  const known = ([, rate]) => options.includes(rate)
  const rising = (list) => list.every(([step], k) => (k ? step > list[k - 1][0] : step === 0))
  const possible = rates.length === networks && rates.flat().length <= MOST && rates.every((list) => list.every(Boolean) && list.every(known) && rising(list))
  return possible ? rates : null
}

function drawing(text) {
  if (!/^d[0-9a-g]{64}$/.test(text)) return null
  return { drawing: [...text.slice(1)].map((sign) => parseInt(sign, DOTS + 1) / DOTS) }
}
