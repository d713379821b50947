/* How numbers are written: three significant digits, scientific below 0.001, a real minus sign. */

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }

export function scientific(v, places = 1) {
  if (v === 0 || !Number.isFinite(v)) return fixed(v, 0)
  const [digits, power] = Math.abs(v).toExponential(places).split("e")
  return `${v < 0 ? "−" : ""}${digits.replace(/\.0+$/, "")}×10${raised(+power)}`
}

export function raised(power) {
  return String(power).replace(/./g, (c) => RAISED[c])
}

const plain = (v) => v === 0 || (Math.abs(v) >= 0.001 && Math.abs(v) < 1e6)

/** With so many decimals; 0, NaN and what is too small for them keep their own form. */
export function fixed(v, decimals) {
  if (v === 0) return "0"
  if (Number.isNaN(v)) return "NaN"
  if (!Number.isFinite(v)) return v < 0 ? "−∞" : "∞"
  if (!plain(v)) return scientific(v, 1)
  return v.toFixed(decimals).replace("-", "−")
}

/** The number that fixed() prints. */
export const rounded = (v, decimals) => Number(plain(v) ? v.toFixed(decimals) : v.toExponential(1))

/** How many decimals a column of numbers needs: three significant digits, or more, for its largest. */
export function decimals(list) {
  let max = 0
  for (const v of list) if (Number.isFinite(v)) max = Math.max(max, Math.abs(v))
  return max >= 1000 ? 0 : max >= 100 ? 1 : max >= 1 ? 2 : max >= 0.1 ? 3 : max >= 0.01 ? 4 : 5
}

/** How many decimals a number on its own has: three significant digits, from 0.001 to a million. */
export function ownDecimals(v) {
  const size = Math.abs(v)
  return size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : size >= 0.009995 ? 4 : 5
}

/** A number on its own: three significant digits. */
export function number(v) {
  return plain(v) || !Number.isFinite(v) ? fixed(v, ownDecimals(v)) : scientific(v, 2)
}

/** A number in a cell, as short as it gets: −0.6, 12, 3e5, 2e−4. What would round to zero, or lose its only decimal, does not. */
export function short(v, places) {
  if (!Number.isFinite(v)) return Number.isNaN(v) ? "NaN" : v < 0 ? "−∞" : "∞"
  const size = Math.abs(v)
  if (size >= 9999.5 || (v !== 0 && size < 0.5 * 10 ** -Math.max(places, 1))) return v.toExponential(0).replace("+", "").replaceAll("-", "−")
  if (places < 1 && size < 9.95 && !Number.isInteger(v)) return v.toFixed(1).replace("-", "−")
  const text = v.toFixed(size >= 9.95 ? 0 : places)
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text.replace("-", "−")
}

/** "1 row", "3 rows" */
export function count(n, word) {
  return `${n} ${word}${n === 1 ? "" : word.endsWith("ss") ? "es" : word.endsWith("s") ? "" : "s"}`
}
