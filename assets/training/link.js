/* What is looked at, in the address, as one parameter that the server names: `?cnn_look=backward.12.40` is the direction, the
   watched digit, and the step. A drawing stands there as d and 64 signs, how many of its 16 dots each place has. */

import { readParameter, writeParameter } from "../drawing/address.js"

const DOTS = 16 // of each of the 64 places of a drawing
const FIRST = "forward.0.0" // what a fresh page shows

/** {band, wanted, steps} as the address says it; what it does not say, or says wrongly, is as on a fresh page. */
export function readLook(name, { bands, examples, longest }) {
  const [band, digit = "", steps = "0"] = (readParameter(name) ?? "").split(".")
  return {
    band: bands.includes(band) ? band : bands[0],
    wanted: drawing(digit) ?? (whole(digit, examples - 1) && +digit ? { example: +digit } : null),
    steps: whole(steps, longest) ? +steps : 0,
  }
}

export function writeLook(name, { band, wanted, steps }) {
  const digit = wanted?.drawing ? `d${wanted.drawing.map((share) => Math.round(DOTS * share).toString(DOTS + 1)).join("")}` : wanted?.example ?? 0
  const value = `${band}.${digit}.${steps}`
  if (value !== FIRST || readParameter(name)) writeParameter(name, value)
}

const whole = (text, most) => /^\d{1,6}$/.test(text) && +text <= most

function drawing(text) {
  if (!/^d[0-9a-g]{64}$/.test(text)) return null
  return { drawing: [...text.slice(1)].map((sign) => parseInt(sign, DOTS + 1) / DOTS) }
}
