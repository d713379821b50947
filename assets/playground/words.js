/* What is said of a picture, with its numbers. */

import { number } from "../drawing/numbers.js"

export const PHASES = ["forward", "loss", "backward", "update"]

const vector = (array) => `(${[...array].map(number).join(", ")})`
const layer = (k, last) => (k === last ? "s" : `a${"₁₂₃₄"[k]}`)

export function status({ steps, loss, right, points, broken, ended }) {
  const count = points.length / 2
  if (!count) return "No points yet: press on the plane to put some there."
  if (broken) return `Broken at step ${steps}: numbers overflowed. A smaller learning_rate, and Start again.`
  return `Step ${steps}: loss ${number(loss)}, ${Math.round(100 * right)} % of ${count} points right.${ended ? " The run ends here." : ""}`
}

/** One step of training for one example, a part at a time. */
export const told = {
  forward({ example: { x, outputs } }) {
    const last = outputs.length - 1
    return `Forward: x = ${vector(x)} → ${outputs.map((a, k) => `${layer(k, last)} = ${vector(a)}`).join(" → ")}.`
  },
  loss({ example, loss }) {
    const { p, loss: own, class: kind } = example
    return `Loss: p = σ(s) = ${number(p ?? NaN)} for class 1, and the point is of class ${kind}: its loss is −ln ${kind ? "p" : "(1 − p)"} = ${number(own ?? NaN)}. Mean of all points, with the penalty: ${number(loss ?? NaN)}.`
  },
  backward({ example: { gradients, p, class: kind } }) {
    const last = gradients.length - 1
    const back = gradients.map((dz, k) => `${k === last ? "∂L/∂s" : `∂L/∂z${"₁₂₃₄"[k]}`} = ${vector(dz)}`).reverse()
    return `Backward: ∂L/∂s = p − t = ${number(p ?? NaN)} − ${kind}, and from there ${back.join(" → ")}. The edges show the mean of all points, ∂L/∂W.`
  },
  update({ layers }) {
    const all = layers.flatMap(({ kernel, kernelUpdate, kernelGradient }) => [...kernel].map((w, i) => ({ w, step: kernelUpdate[i], dw: kernelGradient[i] })))
    const { w, dw, step } = all.reduce((most, each) => (Math.abs(each.step) > Math.abs(most.step) ? each : most))
    return `Update: the optimizer makes a step of each gradient. The largest: a weight of ${number(w)} with gradient ${number(dw)} moves by ${number(step)}.`
  },
}
