/* The loss of two weights: what the data say, what a penalty adds, and the minimum between the two. Every number comes from the
   engine (experiments/l1_l2/surface.py); while λ is dragged they come by address, with no run of the page. */

import { copyAddress, dropParameter, keepParameters, readParameter, writeParameter } from "../drawing/address.js"
import { sized } from "../drawing/brush.js"
import { gradient, palette } from "../drawing/colour.js"
import { fillTrack, h, write } from "../drawing/element.js"
import { onStageKeys } from "../drawing/keys.js"
import { living } from "../drawing/living.js"
import { number } from "../drawing/numbers.js"
import { unpack, unparcel } from "../drawing/payload.js"
import { Source } from "../drawing/source.js"
import { applyTheme, onFont, onPresented } from "../drawing/theme.js"
import { SCALE, drawParts, drawPath, drawSum, spoken } from "./drawings.js"
import { plane } from "./plane.js"

const SPOKEN_AFTER = 250 // milliseconds of rest
const WIDE = 900, NARROW = 600 // pixels: three pictures beside each other, or one above the other
const LARGEST = 460
const GAP = 20
const PICTURES = [
  ["parts", "Two pulls", "grey: lines of equal loss of the data", "; filled: where the penalty is no larger than at the minimum"],
  ["sum", "Their sum", "the loss that is made small", "; the line is the way of its minimum as λ grows"],
  ["path", "The minimum for every λ", "", "struck through: exactly 0", "no penalty: λ changes nothing"],
] // the last but one are of the penalty: where there is none, their place stays empty, or the last words stand there

class Surface {
  version = 0 // counts pictures
  drawn = 0
  cell = null // [row, column] that is looked at; null: the minimum
  hover = null

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    this.source = new Source(this)
    this.canvases = Object.fromEntries(PICTURES.map(([name]) => [name, h("canvas", { role: "img" })]))
    const figures = PICTURES.map(([name, title, what, more, none = ""]) => h("figure", {}, h("figcaption", {}, h("b", {}, title), h("small", {}, what, h("span", { class: "added" }, more), h("span", { class: "without" }, none))), this.canvases[name]))
    this.ends = h("div", { class: "ramp", "aria-hidden": "true" })
    figures[1].append(this.ends)
    this.ranges = ["w₁", "w₂"].map((name, k) => this.#range(name, 1 - k))
    this.backButton = h("button", { class: "quiet", type: "button", onclick: () => this.#select(null) }, "Back to the minimum")
    this.copyButton = h("button", { class: "quiet", type: "button", onclick: () => this.#copy() }, "Copy link")
    this.problem = h("p", { role: "status" })
    this.live = h("p", { class: "vh", "aria-live": "polite" })
    this.rows = ["loss", "pull on w₁", "pull on w₂"].map((name) => [name, ...["data", "penalty", "sum"].map(() => h("td", {}))])
    this.when = h("p", { class: "when" })
    this.found = h("p", { class: "found" })
    this.keysLine = h("span", {})
    const hint = h("p", { class: "hint" }, this.keysLine, h("span", { class: "added" }, ", ← → move λ, with Shift further; Space plays it"))
    const table = h("table", {},
      h("thead", {}, h("tr", {}, h("td", {}), ...["data", "+ penalty", "= sum"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...this.rows.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row", class: name === "loss" ? "" : "k-gradient" }, name), ...cells))))
    const look = h("div", { class: "look" }, ...this.ranges.map(({ label }) => label), this.backButton)
    root.replaceChildren(h("div", { class: "figures" }, ...figures), this.problem, h("div", { class: "reading" }, h("div", {}, this.when, this.found, hint), table, look, this.copyButton), this.live)
    this.#listen()
    this.observer = new ResizeObserver(() => Math.abs(root.clientWidth - this.width) > 1 && this.draw())
    this.observer.observe(root)
    onFont(root, () => this.draw())
    const presented = onPresented(() => this.draw()), keys = onStageKeys(root, (key, { repeat }) => !repeat && this.#key(key))
    this.forget = () => [presented, keys].forEach((forget) => forget())
  }

  close() {
    this.observer.disconnect()
    this.forget()
    this.source.close()
    dropParameter(this.link)
    clearTimeout(this.speech)
  }

  /** From the page: {title, link, live, texts, keys, picture}; ask(word) asks it for what a key stands for. */
  set(data, ask) {
    const { title, link, live, texts, keys, picture } = unparcel(data)
    Object.assign(this, { link, texts, keys, ask })
    write(this.keysLine, `Keys: ${Object.entries(keys).map(([key, word]) => `${key} takes ${word}`).join(", ")}`)
    this.root.setAttribute("aria-label", title)
    this.source.set(live, () => {})
    if (live) keepParameters(live.settings)
    if (!this.version && link) this.cell = linked(readParameter(link))
    this.show(picture)
  }

  /** Packed by `picture` of experiments/l1_l2/surface.py. */
  show(bytes) {
    const it = unpack(bytes)
    it.added = it.penalty !== "none"
    this.root.classList.toggle("alone", !it.added)
    it.sum = it.data.map((value, i) => value + it.extra[i])
    it.lines = sameData(this.it, it) ? this.it.lines : {}
    this.it = it
    this.version++
    applyTheme(this.root)
    this.palette = palette(this.root)
    this.problem.textContent = ""
    const last = it.axis.length - 1
    if (this.cell) this.cell = this.cell.map((index) => Math.min(index, last)) // a link may say more
    for (const { range } of this.ranges) range.max = last
    this.draw()
  }

  say(text) {
    this.problem.textContent = text
  }

  // ---------------------------------------------------------------- what the learner does

  #range(name, index) {
    const range = h("input", { type: "range", min: 0, step: 1, "aria-label": `look at ${name}` }), output = h("span", {})
    range.oninput = () => {
      const cell = [...(this.cell ?? this.#nearest())]
      cell[index] = +range.value
      this.#select(cell)
    }
    return { range, output, index, label: h("label", {}, h("span", {}, `look at ${name} = `, output), range) }
  }

  /** The cell at the minimum. */
  #nearest() {
    const [w1, w2] = this.it.minimum
    return [this.plane.row(this.plane.y(w2)), this.plane.column(this.plane.x(w1))]
  }

  #listen() {
    for (const canvas of [this.canvases.parts, this.canvases.sum]) {
      const cell = ({ offsetX, offsetY }) => [this.plane.row(offsetY), this.plane.column(offsetX)]
      canvas.onpointerdown = (event) => this.#select(cell(event))
      canvas.onpointermove = (event) => {
        if (event.buttons) this.#select(cell(event))
        else if (event.pointerType === "mouse") this.#hover(cell(event))
      }
      canvas.onpointerleave = () => this.#hover(null)
    }
  }

  #key(key) {
    if (!Object.hasOwn(this.keys ?? {}, key)) return false
    if (this.keys[key] !== this.it.penalty) this.ask(this.keys[key])
    return true
  }

  #hover(cell) {
    if (String(this.hover) === String(cell)) return
    this.hover = cell
    this.draw()
  }

  #select(cell) {
    this.cell = cell
    this.hover = null
    if (this.link) writeParameter(this.link, cell ? cell.join(".") : "minimum")
    this.draw()
  }

  #copy() {
    if (this.link) writeParameter(this.link, this.cell ? this.cell.join(".") : "minimum")
    copyAddress(this.copyButton, this.link)
  }

  // ---------------------------------------------------------------- drawing

  /** Both parts at the weights that are looked at. */
  #here() {
    const { it } = this, cell = this.hover ?? this.cell
    if (!cell) return { at: [...it.minimum], ...it.bottom }
    const n = it.axis.length, [row, column] = cell, i = row * n + column
    const two = (values) => [values[2 * i], values[2 * i + 1]]
    return {
      at: [it.axis[column], it.axis[row]], data: it.data[i], extra: it.extra[i],
      dataGradient: two(it.dataGradient), extraGradient: two(it.extraGradient),
    }
  }

  draw() {
    const { root, it } = this
    this.width = root.clientWidth
    if (!it || !this.width) return
    const across = this.width >= WIDE ? 3 : this.width >= NARROW ? 2 : 1
    const size = Math.min(LARGEST, Math.floor((this.width - (across - 1) * GAP) / across))
    const type = parseFloat(getComputedStyle(this.copyButton).fontSize) - 1
    root.classList.toggle("wide", across === 3)
    this.plane = plane(size, it.axis, type)
    const here = this.#here(), minus = (g) => [...g].map((v) => -v)
    const seen = { ...it, at: here.at, pulls: { data: minus(here.dataGradient), extra: minus(here.extraGradient) } }
    const each = { parts: drawParts, sum: drawSum, path: drawPath }
    for (const [name, canvas] of Object.entries(this.canvases)) {
      canvas.style.width = `${size}px`
      canvas.parentElement.style.width = `${size}px`
      each[name](sized(canvas, size, this.plane.height), this.plane, this.palette, seen)
    }
    this.#explain(seen, here)
    this.root.dataset.drawn = ++this.drawn
    this.root.dataset.at = this.cell ? this.cell.join(".") : "minimum"
    this.root.dataset.strength = it.strength
  }

  #explain(seen, here) {
    const { it } = this, names = ["w₁", "w₂"], sum = (k) => seen.pulls.data[k] + seen.pulls.extra[k]
    write(this.when, `w₁ = ${number(here.at[0])}, w₂ = ${number(here.at[1])}${this.hover ?? this.cell ? "" : " · the minimum"}`)
    const zeros = names.filter((_, k) => it.minimum[k] === 0)
    const key = situation(it, zeros.length)
    const k = names.indexOf(zeros[0]), pull = k < 0 ? 0 : Math.abs(it.bottom.dataGradient[k])
    const told = { weight: zeros[0], pull: number(pull), hold: number(it.l1), w1: number(it.minimum[0]), w2: number(it.minimum[1]), length: number(Math.hypot(...it.minimum)), free: number(Math.hypot(...it.best)) }
    write(this.found, this.texts[key].replace(/\{(\w+)\}/g, (place, word) => told[word] ?? place))
    const numbers = [[here.data, here.extra, here.data + here.extra], ...[0, 1].map((i) => [seen.pulls.data[i], seen.pulls.extra[i], rest(sum(i), seen.pulls.data[i])])]
    numbers.forEach((row, i) => row.forEach((value, j) => write(this.rows[i][j + 1], number(value))))
    for (const { range, output, index } of this.ranges) {
      const value = (this.cell ?? this.#nearest())[index]
      range.value = value
      range.setAttribute("aria-valuetext", number(it.axis[value]))
      write(output, number(this.cell ? it.axis[value] : it.minimum[1 - index]))
      fillTrack(range)
    }
    this.backButton.disabled = !this.cell
    this.ends.style.setProperty("--ramp", gradient(this.palette, SCALE))
    if (!this.ends.childElementCount) this.ends.replaceChildren(h("span", {}, "0"), h("i", {}), h("span", {}, `loss ${SCALE.max}, and more`))
    const says = spoken(it), here_ = `Looking at w₁ ${number(here.at[0])}, w₂ ${number(here.at[1])}: pull of the data ${seen.pulls.data.map(number).join(", ")}, of the penalty ${seen.pulls.extra.map(number).join(", ")}.`
    this.canvases.parts.setAttribute("aria-label", `Loss of the data and penalty over two weights. ${says} ${here_}`)
    this.canvases.sum.setAttribute("aria-label", `Sum of both over two weights, 0 to ${SCALE.max}. ${says}`)
    this.canvases.path.setAttribute("aria-label", `Weights at the minimum for λ from 0 to ${it.strengths.at(-1)}. ${says}`)
    clearTimeout(this.speech)
    this.speech = setTimeout(() => write(this.live, `${says} ${here_}`), SPOKEN_AFTER)
  }
}

/** Which of the page's sentences is true of the minimum. */
function situation(it, zeros) {
  if (!Math.hypot(...it.best)) return "idle"
  if (!it.strength || !it.added) return "nothing"
  if (!it.l1) return "small"
  if (zeros) return zeros === 2 ? "both" : "one"
  return it.l2 ? "net" : "inside"
}

/** What rounding leaves of two numbers that cancel is 0. */
const rest = (sum, part) => (Math.abs(sum) <= 1e-9 * Math.max(1, Math.abs(part)) ? 0 : sum)

function sameData(a, b) {
  return a && a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i])
}

const linked = (text) => (/^\d{1,3}\.\d{1,3}$/.test(text ?? "") ? text.split(".").map(Number) : null)

export const { mount, unmount } = living("surface", Surface, ({ setTriggerValue }, word) => setTriggerValue("asked", word))
