/* Activations, forward and back: twins of experiments/scene/activations.py, each with how to say it. */

const SLOPE = 0.3, ALPHA = 1.6732632423543772, LAMBDA = 1.0507009873554805, CUBIC = 0.044715
const ROOT = Math.sqrt(2 / Math.PI)
const NEAR = 1e-5 // how far from a number its slope's slope is looked at

const sigmoid = (a) => 1 / (1 + Math.exp(-a))
const bell = (a) => Math.exp((-a * a) / 2) / Math.sqrt(2 * Math.PI)

/** Φ: the share of a normal distribution below a. ½ + φ(a) (a + a³/3 + a⁵/(3·5) + …), Marsaglia 2004. */
function below(a) {
  if (Math.abs(a) > 8) return a > 0 ? 1 : 0
  let term = a, sum = a
  for (let n = 3, before = NaN; sum !== before; n += 2) {
    before = sum
    sum += term *= (a * a) / n
  }
  return 0.5 + sum * bell(a)
}

const twice = (a) => sigmoid(2 * ROOT * (a + CUBIC * a ** 3))
const twiceSlope = (a) => twice(a) + a * twice(a) * (1 - twice(a)) * 2 * ROOT * (1 + 3 * CUBIC * a * a)

// name: [f, f′, f in words, f′ in words]
const ALL = {
  leaky_relu: [(a) => (a <= 0 ? SLOPE * a : a), (a) => (a <= 0 ? SLOPE : 1), (a) => `${a} if above 0, else ${SLOPE} · ${a}`, `1 above 0, else ${SLOPE}`],
  elu: [(a) => (a <= 0 ? Math.expm1(a) : a), (a) => (a <= 0 ? Math.exp(a) : 1), (a) => `${a} if above 0, else exp(${a}) − 1`, "1 above 0, else exp"],
  selu: [(a) => LAMBDA * (a <= 0 ? ALPHA * Math.expm1(a) : a), (a) => LAMBDA * (a <= 0 ? ALPHA * Math.exp(a) : 1), (a) => `1.05 · (${a} if above 0, else 1.67 · (exp(${a}) − 1))`, "1.05 above 0, else 1.76 · exp"],
  gelu: [(a) => a * below(a), (a) => below(a) + a * bell(a), (a) => `${a} · Φ(${a})`, "Φ + a · φ"],
  gelu_tanh: [(a) => a * twice(a), twiceSlope, (a) => `${a} · (1 + tanh(0.798 · (${a} + 0.0447 · ${a}³))) / 2`, "of a · (1 + tanh u) / 2"],
  silu: [(a) => a * sigmoid(a), (a) => sigmoid(a) * (1 + a * (1 - sigmoid(a))), (a) => `${a} · σ(${a})`, "σ · (1 + a · (1 − σ))"],
  softplus: [(a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), sigmoid, (a) => `ln(1 + exp(${a}))`, "σ"],
  softsign: [(a) => a / (1 + Math.abs(a)), (a) => 1 / (1 + Math.abs(a)) ** 2, (a) => `${a} / (1 + |${a}|)`, "1 / (1 + |a|)²"],
  hard_sigmoid: [(a) => Math.max(0, Math.min(6, a + 3)) / 6, (a) => (Math.abs(a) >= 3 ? 0 : 1 / 6), (a) => `${a} / 6 + ½, kept within 0 … 1`, "⅙ between −3 and 3, else 0"],
}

/** name → {f, text, slope, slopeText}, and "through name" for what comes back: the gradient that arrives, and a. */
export const ACTIVATIONS = Object.fromEntries(Object.entries(ALL).flatMap(([name, [f, slope, text, slopeText]]) => {
  const bend = (a) => (slope(a + NEAR) - slope(a - NEAR)) / (2 * NEAR)
  const back = {
    f: (dy, a) => dy * slope(a),
    text: (dy, a) => `${dy} · f′(${a}), where f′ is ${slopeText}`,
    slope: [(dy, a) => slope(a), (dy, a) => dy * bend(a)],
    slopeText: ["f′", "gradient · f″"],
    size: (dy, a) => Math.abs(dy) * Math.max(1, Math.abs(a)),
  }
  const size = (a) => Math.max(Math.abs(a), Math.abs(f(a)))
  return [[name, { f, text, slope: [slope], slopeText: [slopeText], size }], [`through ${name}`, back]]
}))
