/* What is checked of a number: the finite difference beside a gradient, and why a number is not finite. */

import { number, scientific } from "../drawing/numbers.js"

/** {text, ok}: ok is null where finite differences cannot tell. Twin of engine/gradient_check.py's verdicts, but that two
    exact zeros agree. */
export function agreement(analytic, numeric, loss) {
  const size = Math.max(Math.abs(analytic), Math.abs(numeric)), floor = 1e-9 * Math.max(1, Math.abs(loss ?? 1))
  const gap = Math.abs(analytic - numeric)
  if (!Number.isFinite(size)) return { text: `numerical gradient is ${number(numeric)}`, ok: false }
  if (size === 0) return { text: "numerical gradient is 0 too", ok: true }
  if (size <= floor) return { text: "too small to check by differences", ok: null }
  if (gap > 1e-7 * size + floor) return { text: `numerical gradient ${number(numeric)} disagrees`, ok: false }
  return { text: `numerical gradient ${number(numeric)} agrees ${gap === 0 ? "exactly" : `to ${scientific(gap / size, 0)}`}`, ok: true }
}

/** Why a value is NaN or infinite, as far as its terms tell. */
export function strange(lens, value, arithmetic) {
  const start = Number.isNaN(value) ? "not a number: " : "infinite: "
  if (!arithmetic) return `${start}it came like this from outside.`
  const { terms, kind, step } = arithmetic
  for (const term of terms) {
    const f = term.values.findIndex((v) => !Number.isFinite(v))
    if (f < 0) continue
    const symbol = lens.scene.grid[term.factors[f]].symbol
    const zero = term.values.includes(0)
    if (Number.isNaN(term.values[f])) return `${start}${symbol} is not a number already.`
    return `${start}${symbol} is infinite already${zero ? ", and 0 × ∞ has no value" : ""}.`
  }
  if (kind === "map") return `${start}${step.function} has no finite value here.`
  return `${start}the sum is larger than the largest number that fits.`
}
