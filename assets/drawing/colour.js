/* Colours of numbers. Signed ramps are mixed in OKLab from the tokens; brightness is drawn as brightness;
   magnitudes are Cividis. A tone is an index into a ramp of 513 colours; −1 is "not a number". */

const STEPS = 512
const CIVIDIS = "#00224e #123570 #3b496c #575d6d #707173 #8a8678 #a59c74 #c3b369 #e1cc55 #fee838".split(" ")

/** "#rrggbb", "#rgb" or "rgb(…)" as three numbers from 0 to 1. */
export function parse(text) {
  const colour = text.trim()
  if (colour.startsWith("rgb")) return colour.match(/[\d.]+/g).slice(0, 3).map((v) => v / 255)
  const hex = colour.length < 6 ? colour.slice(1, 4).replace(/./g, "$&$&") : colour.slice(1, 7)
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
}

const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
const gamma = (c) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)

export function luminance(rgb) {
  const [r, g, b] = rgb.map(linear)
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function toLab(rgb) {
  const [r, g, b] = rgb.map(linear)
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

function fromLab([light, a, b]) {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => Math.min(1, Math.max(0, gamma(Math.max(0, v)))))
}

function ramp(stops, nan) {
  const labs = stops.map((stop) => toLab(parse(stop)))
  const fill = [], ink = [], pixels = new Uint32Array(STEPS + 2) // pixels[tone + 1], so that −1 has a place
  const put = (i, rgb) => {
    const [r, g, b] = rgb.map((v) => Math.round(255 * v))
    pixels[i] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0
    return `rgb(${r},${g},${b})`
  }
  fill[-1] = put(0, parse(nan))
  ink[-1] = contrast(parse(nan))
  for (let i = 0; i <= STEPS; i++) {
    const t = (i / STEPS) * (labs.length - 1), k = Math.min(labs.length - 2, Math.floor(t))
    const rgb = fromLab(labs[k].map((v, j) => v + (labs[k + 1][j] - v) * (t - k)))
    fill.push(put(i + 1, rgb))
    ink.push(contrast(rgb))
  }
  return { fill, ink, pixels }
}

function contrast(rgb) {
  const light = luminance(rgb) + 0.05
  return light / 0.05 > 1.05 / light ? "#000000" : "#ffffff"
}

/** Reads the tokens in force on an element: tokens(root)("--ink"). Of a pair, light and dark, the one that holds there. */
export function tokens(element) {
  const style = getComputedStyle(element), mine = style.colorScheme === "dark" ? "$2" : "$1"
  return (name) => style.getPropertyValue(name).trim().replace(/^light-dark\((.+), (.+)\)$/, mine)
}

const palettes = new Map()

/** Every colour that canvases need, read once a theme from the tokens in force on the element. */
export function palette(element) {
  const read = tokens(element), token = (name) => read(`--${name}`)
  const names = ["neg-2", "neg-1", "zero", "pos-1", "pos-2", "nan", "bg", "ink", "ink-2", "line", "line-2", "font"]
  const kinds = ["k-input", "k-weight", "k-activation", "k-gradient"]
  const key = [...names, ...kinds].map(token).join()
  if (!palettes.has(key)) {
    const [n2, n1, zero, p1, p2, nan, bg, ink, mute, line, line2, font] = names.map(token)
    const [input, weight, activation, gradient] = kinds.map(token)
    const signed = ramp([n2, n1, zero, p1, p2], nan)
    palettes.set(key, {
      signed, log: signed, brightness: grey(nan), magnitude: ramp(CIVIDIS, nan), label: ramp([zero, zero], nan),
      bg, ink, mute, line, line2, font, role: { input, weight, activation, gradient },
    })
  }
  return palettes.get(key)
}

/** Black to white in equal steps of the picture's own numbers, as a photograph is shown. */
function grey(nan) {
  const made = ramp(["#000000", "#ffffff"], nan)
  for (let i = 0; i <= STEPS; i++) {
    const v = Math.round((255 * i) / STEPS)
    made.fill[i] = `rgb(${v},${v},${v})`
    made.pixels[i + 1] = ((255 << 24) | (v << 16) | (v << 8) | v) >>> 0
    made.ink[i] = contrast([v / 255, v / 255, v / 255])
  }
  return made
}

const UPWARDS = new Set(["brightness", "magnitude", "label"]) // kinds of scale that begin at 0

/** Whether exact zero is drawn as an empty cell. Black is a colour of pictures, and a label 0 a name like others. */
export const emptyAtZero = (scale) => scale.kind !== "brightness" && scale.kind !== "label"

/** Where a number stands on its scale: 0 … 512, −1 for "not a number". */
export function tone(v, scale) {
  if (Number.isNaN(v)) return -1
  let t = v / scale.max
  if (scale.kind === "log") t = v === 0 ? 0 : Math.sign(v) * Math.max(0, 1 + Math.log10(Math.abs(t)) / (scale.decades ?? 6))
  if (UPWARDS.has(scale.kind)) return Math.round(Math.min(1, Math.max(0, t)) * STEPS)
  return Math.round((Math.min(1, Math.max(-1, t)) + 1) * (STEPS / 2))
}

export const beyond = (v, scale) =>
  Math.abs(v) > scale.max * 1.0001 || (v < -1e-9 * scale.max && UPWARDS.has(scale.kind))

/** The ends of a scale, as printed beside a grid. */
export function ends(scale) {
  const max = String(scale.max).length > 5 ? String(+scale.max.toPrecision(3)) : String(scale.max)
  return [UPWARDS.has(scale.kind) ? "0" : `−${max}`, max]
}

/** The ramp as a CSS gradient. */
export function gradient(palette, scale) {
  const { fill } = palette[scale.kind]
  return `linear-gradient(to right, ${[0, 64, 128, 192, 256, 320, 384, 448, 512].map((i) => fill[i]).join(",")})`
}
