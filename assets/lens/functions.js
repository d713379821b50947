/* The named functions of a map: twins of FUNCTIONS in experiments/scene/evaluation.py, each with its slope and how to say it.
   `size` is what rounding errors are relative to, where that is not the result itself. */

import { ACTIVATIONS } from "./activations.js"

const one = (f, text, slope, slopeText, size) => ({ f, text, slope, slopeText, size })

const sigmoid = (a) => 1 / (1 + Math.exp(-a))

export const FUNCTIONS = {
  ...ACTIVATIONS,
  identity: one((a) => a, (a) => a, [() => 1], ["1"]),
  negative: one((a) => -a, (a) => `−${a}`, [() => -1], ["−1"]),
  relu: one((a) => (a > 0 || Number.isNaN(a) ? a : 0), (a) => `max(${a}, 0)`, [(a) => (a > 0 ? 1 : 0)], ["1 above zero, else 0"]),
  step: one((a) => (a > 0 ? 1 : 0), (a) => `1 if ${a} > 0, else 0`, [() => 0], ["0"]),
  tanh: one(Math.tanh, (a) => `tanh(${a})`, [(a) => 1 - Math.tanh(a) ** 2], ["1 − tanh²"]),
  sigmoid: one(sigmoid, (a) => `σ(${a})`, [(a) => sigmoid(a) * (1 - sigmoid(a))], ["σ · (1 − σ)"]),
  exp: one(Math.exp, (a) => `exp(${a})`, [Math.exp], ["exp"]),
  log: one(Math.log, (a) => `ln(${a})`, [(a) => 1 / a], ["1 / argument"]),
  "one minus square": one((a) => 1 - a * a, (a) => `1 − ${a}²`, [(a) => -2 * a], ["−2 · argument"], (a) => 1 + a * a),
  "one minus": one((a) => 1 - a, (a) => `1 − ${a}`, [() => -1], ["−1"], (a) => 1 + Math.abs(a)),
  "times one minus": one((a) => a * (1 - a), (a) => `${a} · (1 − ${a})`, [(a) => 1 - 2 * a], ["1 − 2 · argument"], (a) => Math.abs(a) * (1 + Math.abs(a))),
  "one over root": one((a) => 1 / Math.sqrt(a), (a) => `1 / √${a}`, [(a) => -0.5 / (a * Math.sqrt(a))], ["−½ / argument^1.5"]),
  difference: one((a, b) => a - b, (a, b) => `${a} − ${b}`, [() => 1, () => -1], ["1", "−1"], (a, b) => Math.abs(a) + Math.abs(b)),
  "where positive": one((a, b) => (b <= 0 ? 0 : a), (a, b) => `${a} if ${b} > 0, else 0`, [(a, b) => (b <= 0 ? 0 : 1), () => 0], ["1 where the other is above zero", "0"]),
  quotient: one((a, b) => a / b, (a, b) => `${a} / ${b}`, [(a, b) => 1 / b, (a, b) => -a / (b * b)], ["1 / divisor", "−dividend / divisor²"]),
}
