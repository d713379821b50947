/* A graph that can be touched: point at a node and see the messages that made its number, forward and backward; add and remove
   nodes and edges. Every number comes from the engine (experiments/graph_convolution/messages.py); where the nodes stand means
   nothing. */

import { copyAddress, dropParameter, readParameter, writeParameter } from "../drawing/address.js"
import { palette, tone } from "../drawing/colour.js"
import { h, svg, write } from "../drawing/element.js"
import { living } from "../drawing/living.js"
import { number, scientific } from "../drawing/numbers.js"
import { unpack, unparcel } from "../drawing/payload.js"
import { applyTheme, larger, onPresented } from "../drawing/theme.js"

const NARROW = 760 // pixels: the sum beside the drawing, or below it
const SPOKEN_AFTER = 250 // milliseconds of rest
const MANY = 60 // nodes: more of them carry no numbers
const EDGE = 46 // pixels from a drawing's edge
const SIDES = [1, 3, 5, 7].map((k) => (k * Math.PI) / 4).concat([0, 1, 2, 3].map((k) => (k * Math.PI) / 2)) // where a name may stand; the first if nothing is there
const RADIUS = 22 // pixels, of a node with its number
const LARGEST = 999 // the largest name of a node: edges.py
const SCALE = { kind: "signed", max: 2 }
const THICKEST = 9 // pixels, of an edge whose coefficient is 1
const TOOLS = [["look", "Look"], ["join", "Join or part two nodes"], ["add", "Add a node"], ["remove", "Remove"]]
const HINTS = {
  look: "Point at a node, or go to it by Tab and the arrow keys.",
  join: "Choose one node, then another: they are joined, or parted if they were.",
  add: "Click at an empty place, or press Enter on a node: the new one is joined to the node that is looked at.",
  remove: "Click at a node or at an edge. A node is removed with all its edges.",
}

const alike = (one, other) => one[0] === other[0] && one[1] === other[1]

class TouchedGraph {
  drawn = 0
  tool = "look"
  look = null // the name of the node that is looked at; null: the one with the most neighbours
  hop = 0 // 0: the last
  back = false
  head = 0 // 0: the mean of all
  first = null // the first of two that are to be joined
  places = new Map() // name → [x, y], kept while the graph is changed
  number = 0 // of the last message
  wanted = null // {names, pairs} of the last message, until the page has answered it: the next change begins there
  nodes = [] // what is drawn of each node
  painted = null // the graph and the size that edges and nodes were painted for

  constructor(root) {
    this.root = root
    root.classList.add("lab")
    root.setAttribute("role", "region")
    const button = (text, act) => h("button", { type: "button", onclick: act }, text)
    this.toolButtons = TOOLS.map(([name, text]) => [name, button(text, () => this.#take(name))])
    this.directionButtons = [false, true].map((back) => [back, button(back ? "Backward" : "Forward", () => { this.back = back; this.#looked() })])
    this.hopRow = h("div", { role: "group", "aria-label": "Hop" })
    this.headRow = h("div", { role: "group", "aria-label": "Head" })
    this.svg = svg("svg", { role: "group", "aria-label": "Graph" })
    this.tip = svg("path", { d: "M0 0L8 4L0 8z" }) // of every arrow
    this.when = h("p", { class: "when" })
    this.formula = h("p", {})
    this.table = h("table", {})
    this.heardLine = h("p", { class: "hint" })
    this.hint = h("p", { class: "hint" })
    this.problem = h("p", { role: "status" })
    this.caption = h("p", { class: "hint" })
    this.live = h("p", { class: "vh", "aria-live": "polite" })
    this.copyButton = h("button", { class: "quiet", type: "button", onclick: () => { this.#keep(); copyAddress(this.copyButton, this.link) } }, "Copy link")
    const group = (label, buttons) => h("div", { role: "group", "aria-label": label }, ...buttons.map(([, each]) => each))
    root.replaceChildren(
      h("div", { class: "tools" }, group("Direction", this.directionButtons), this.hopRow, this.headRow, group("Tool", this.toolButtons)),
      this.hint,
      h("div", { class: "body" }, h("div", {}, this.svg, this.caption), h("div", {}, this.when, this.formula, h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "The sum, term by term" }, this.table), this.heardLine, this.copyButton)),
      this.problem, this.live)
    this.svg.onclick = (event) => this.tool === "add" && event.target === this.svg && this.#add([event.offsetX, event.offsetY])
    this.observer = new ResizeObserver(() => Math.abs(root.clientWidth - this.width) > 1 && this.draw())
    this.observer.observe(root)
    this.forget = onPresented(() => this.draw())
  }

  close() {
    this.observer.disconnect()
    this.forget()
    dropParameter(this.link)
    clearTimeout(this.speech)
  }

  /** From the page: {title, link, picture, answered}. */
  set(data, send) {
    const { title, link, picture, answered } = unparcel(data)
    if (!this.it) {
      this.link = link
      const [name, hop, back, head] = (/^\d{1,3}\.\d\.[01]\.\d$/.exec(readParameter(link) ?? "")?.[0] ?? "").split(".").map(Number)
      if (hop !== undefined) Object.assign(this, { look: name, hop, back: !!back, head })
    }
    Object.assign(this, { send, number: Math.max(this.number, answered) })
    this.root.setAttribute("aria-label", title)
    this.it = unpack(picture)
    if (this.wanted && answered >= this.number) this.wanted = null
    this.index = new Map(this.it.names.map((name, i) => [name, i]))
    if (!this.index.has(this.first)) this.first = null
    if (![...this.it.names].every((name) => this.places.has(name)) && !this.it.names.some((name) => this.places.has(name))) this.places.clear()
    this.problem.textContent = ""
    this.draw()
  }

  // ---------------------------------------------------------------- what the learner does

  #take(tool) {
    this.tool = tool
    this.first = null
    this.draw()
  }

  #pointed(name) {
    this.look = name
    this.draw(false)
  }

  #looked() {
    this.#keep()
    this.draw()
  }

  #keep() {
    if (this.link) writeParameter(this.link, [this.node, this.hop, +this.back, this.head].join("."))
  }

  /** The graph with all changes that have been sent. */
  get #newest() {
    return this.wanted ?? this.it
  }

  #chosen(name) {
    const { names, pairs } = this.#newest
    if (this.tool === "remove") return this.#changed(names.filter((other) => other !== name), pairs.filter((pair) => !pair.includes(name)))
    if (this.tool === "add") {
      this.look = name
      return this.#add(null, name)
    }
    this.look = name
    if (this.tool === "join" && this.first !== null && this.first !== name) {
      const pair = [this.first, name].sort((a, b) => a - b), there = pairs.some((other) => alike(other, pair))
      this.first = null
      return this.#changed(names, there ? pairs.filter((other) => !alike(other, pair)) : [...pairs, pair])
    }
    this.first = this.tool === "join" ? (this.first === name ? null : name) : null
    this.#looked()
  }

  /** A new node, joined to another: to the one that is looked at, if that is still there. */
  #add(place, to = this.node) {
    const { names, pairs } = this.#newest, taken = new Set(names)
    const free = Array.from({ length: LARGEST + 1 }, (_, name) => name).find((name) => !taken.has(name))
    const from = taken.has(to) ? to : names[0]
    if (place) this.places.set(free, this.#unit(place))
    this.#changed([...names, free], [...pairs, [Math.min(from, free), Math.max(from, free)]])
  }

  /** Sends the graph as experiments/graph_convolution/edges.py reads it. */
  #changed(names, pairs) {
    const { nodes, edges } = this.it.most
    if (!names.length) return write(this.problem, "A graph needs at least one node.")
    if (names.length > nodes) return write(this.problem, `A graph has at most ${nodes} nodes here.`)
    if (pairs.length > edges) return write(this.problem, `A graph has at most ${edges} edges here.`)
    for (const name of this.places.keys()) if (!names.includes(name)) this.places.delete(name)
    const joined = new Set(pairs.flat())
    const graph = [...pairs.map((pair) => pair.join("-")), ...names.filter((name) => !joined.has(name))].join(",")
    this.wanted = { names: [...names].sort((a, b) => a - b), pairs }
    this.send({ number: ++this.number, graph })
  }

  // ---------------------------------------------------------------- drawing

  /** Of a place in the drawing; one too near to its edge is moved inwards. */
  #unit([x, y]) {
    const [width, height] = this.size, inside = (at, size) => Math.max(0, Math.min(1, (at - EDGE) / (size - 2 * EDGE)))
    return [inside(x, width), inside(y, height)]
  }

  #place(name) {
    if (!this.places.has(name)) {
      const i = this.index.get(name)
      this.places.set(name, [this.it.at[2 * i], this.it.at[2 * i + 1]])
    }
    const [x, y] = this.places.get(name), [width, height] = this.size
    return [EDGE + x * (width - 2 * EDGE), EDGE + y * (height - 2 * EDGE)]
  }

  /** For each node the direction that lies farthest from its edges: there its name stands. */
  #free() {
    const { it } = this, taken = new Map(it.names.map((name) => [name, []]))
    for (const [a, b] of it.pairs) {
      const [x1, y1] = this.#place(a), [x2, y2] = this.#place(b), angle = Math.atan2(y2 - y1, x2 - x1)
      taken.get(a).push(angle)
      taken.get(b).push(angle + Math.PI)
    }
    if (taken.has(this.node)) taken.get(this.node).push(-Math.PI / 2) // there stands what it says to itself
    const nearest = (angle, angles) => Math.max(-1, ...angles.map((other) => Math.cos(angle - other)))
    return new Map([...taken].map(([name, angles]) => [name, SIDES.reduce((best, side) => (nearest(side, angles) < nearest(best, angles) - 1e-9 ? side : best))]))
  }

  /** The edges that bring something to the node: [the other's index, the edge's]. */
  #coming(hop, i) {
    const found = []
    for (let e = 0; e < hop.edges.length / 2; e++) {
      const [source, target] = [hop.edges[2 * e], hop.edges[2 * e + 1]]
      if ((this.back ? source : target) === i) found.push([this.back ? target : source, e])
    }
    return found
  }

  /** All of it, or, where only another node is looked at, what follows from that. */
  draw(whole = true) {
    const { root, it } = this
    this.width = root.clientWidth
    if (!it || !this.width) return
    if (whole) {
      applyTheme(root)
      root.classList.toggle("narrow", this.width < NARROW)
      const degree = new Map()
      for (const name of it.pairs.flat()) degree.set(name, (degree.get(name) ?? 0) + 1)
      this.most = it.names.reduce((best, name) => ((degree.get(name) ?? 0) > (degree.get(best) ?? 0) ? name : best), it.names[0])
      this.palette = palette(root)
      this.size = [this.svg.clientWidth, this.svg.clientHeight] // read once: to ask between two changes has the browser lay out again
    }
    this.node = this.index.has(this.look) ? this.look : this.most
    this.at = Math.min(this.hop || it.hops.length, it.hops.length) - 1
    this.of = Math.min(this.head, it.attends ? it.hops[0].heads : 0)
    const hop = it.hops[this.at], i = this.index.get(this.node), coming = this.#coming(hop, i)
    const focused = this.svg.getRootNode().activeElement?.dataset?.name
    if (whole) {
      this.#buttons(hop)
      this.#paint()
      this.nodes.forEach((node, k) => this.#tell(hop, node, k))
    }
    this.#point(hop, i, coming)
    if (focused !== undefined) this.nodes[i].group.focus({ preventScroll: true })
    this.#explain(hop, i, coming)
    Object.assign(root.dataset, { drawn: ++this.drawn, node: this.node, hop: this.at + 1, direction: this.back ? "backward" : "forward", nodes: it.names.length, edges: it.pairs.length })
  }

  #buttons(hop) {
    const press = (each, on) => each.setAttribute("aria-pressed", on)
    for (const [name, each] of this.toolButtons) press(each, name === this.tool)
    for (const [back, each] of this.directionButtons) press(each, back === this.back)
    const fill = (row, word, texts, now, act) => {
      row.hidden = texts.length < 2
      const at = [...row.querySelectorAll("button")].indexOf(row.getRootNode().activeElement)
      row.replaceChildren(h("span", {}, word), ...texts.map((text, k) => {
        const each = h("button", { type: "button", onclick: () => act(k) }, text)
        press(each, k === now)
        return each
      }))
      if (at >= 0) row.querySelectorAll("button")[at]?.focus()
    }
    fill(this.hopRow, "hop", this.it.hops.map((_, k) => `${k + 1}`), this.at, (k) => { this.hop = k + 1; this.#looked() })
    fill(this.headRow, "head", this.it.attends && hop.heads > 1 ? ["mean", ...Array.from({ length: hop.heads }, (_, k) => `${k + 1}`)] : [], this.of, (k) => { this.head = k; this.#looked() })
    write(this.hint, HINTS[this.tool])
  }

  /** What an edge counts: of the head that is looked at, or of all in the mean. */
  #share(hop, e) {
    if (this.of) return hop.shares[e * hop.heads + this.of - 1]
    let sum = 0
    for (let k = 0; k < hop.heads; k++) sum += hop.shares[e * hop.heads + k]
    return sum / hop.heads
  }

  /** Edges and nodes, without their numbers; nothing where they stand already, as where only a setting was changed. */
  #paint() {
    const { it } = this, many = it.names.length > MANY
    this.radius = many ? Math.max(4, 160 / Math.sqrt(it.names.length)) / 2 : RADIUS * larger(this.root)
    const painted = JSON.stringify([it.names, it.pairs, this.size, this.radius, this.tool === "remove"])
    if (painted === this.painted) return
    this.painted = painted
    this.here = null
    this.svg.classList.toggle("edits", this.tool === "remove")
    const marker = svg("marker", { id: "arrow-in", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 11, markerHeight: 11, markerUnits: "userSpaceOnUse", orient: "auto" }, this.tip)
    const edges = it.pairs.flatMap((pair) => {
      const [[x1, y1], [x2, y2]] = pair.map((name) => this.#place(name)), line = svg("line", { class: "edge", x1, y1, x2, y2 })
      if (this.tool !== "remove") return [line]
      const grip = svg("line", { class: "grip", x1, y1, x2, y2 })
      grip.onclick = () => this.#changed(this.#newest.names, this.#newest.pairs.filter((other) => !alike(other, pair)))
      return [line, grip]
    })
    const free = many ? null : this.#free()
    this.nodes = it.names.map((name, k) => this.#node(name, k, free?.get(name)))
    this.arrows = svg("g", {})
    this.labels = svg("g", {})
    this.svg.replaceChildren(svg("defs", {}, marker), svg("g", {}, ...edges), this.arrows, svg("g", {}, ...this.nodes.map((node) => node.group)), this.labels)
  }

  /** `free` is the angle at which its name stands clear of edges; of many nodes none has a name. */
  #node(name, k, free) {
    const many = free === undefined, { radius } = this, [x, y] = this.#place(name)
    const circle = svg("circle", { cx: x, cy: y, r: radius }), value = many ? null : svg("text", { x, y: y + 4, "text-anchor": "middle" })
    const group = svg("g", { class: "node", role: "button", "data-name": name }, circle)
    if (!many) group.append(
      value,
      svg("text", { class: "name label", "text-anchor": "middle", x: x + (radius + 10) * Math.cos(free), y: y + 4 + (radius + 10) * Math.sin(free) }, `${name}`))
    group.onclick = (event) => { event.stopPropagation(); this.#chosen(name) }
    group.onpointerenter = (event) => event.pointerType === "mouse" && this.tool === "look" && name !== this.node && this.#pointed(name)
    group.onkeydown = (event) => this.#key(event, name, k)
    return { name, group, circle, value, numbers: null }
  }

  /** What a node says, and what it is made to, in this hop and direction. */
  #tell(hop, node, k) {
    const said = (this.back ? hop.dy : hop.x)[k], made = (this.back ? hop.dx : hop.y)[k]
    node.numbers = [said, made]
    node.group.setAttribute("aria-label", `node ${node.name}: ${this.back ? "∂L/∂y" : "x"} ${number(said)}, ${this.back ? "∂L/∂x" : "y"} ${number(made)}`)
    this.#dress(node, false)
  }

  /** A node as it stands by itself, with what it says; or as it is looked at, with what it is made to. */
  #dress({ name, group, circle, value, numbers }, here) {
    const shown = numbers[+here], marked = here || name === this.first, at = tone(shown, SCALE)
    circle.setAttribute("fill", this.palette.signed.fill[at])
    circle.setAttribute("stroke", here ? `var(--k-${this.back ? "gradient" : "activation"})` : marked ? "var(--accent)" : "var(--line-2)")
    circle.setAttribute("stroke-width", marked ? 3 : 1.5)
    group.setAttribute("tabindex", here ? 0 : -1)
    group.setAttribute("aria-pressed", here)
    if (!value) return
    value.style.fill = this.palette.signed.ink[at]
    value.textContent = number(shown)
  }

  /** The node that is looked at, and what comes to it. */
  #point(hop, i, coming) {
    const { it, radius } = this, many = it.names.length > MANY
    if (this.here !== null) this.#dress(this.nodes[this.here], false)
    this.here = i
    this.#dress(this.nodes[i], true)
    const colour = `var(--k-${this.back ? "gradient" : "activation"})`
    this.tip.setAttribute("fill", colour)
    const to = this.#place(this.node), arrows = [], labels = []
    for (const [other, e] of coming) {
      const share = this.#share(hop, e)
      if (other === i) {
        labels.push([to[0], to[1] - radius - 8, `itself ${number(share)}`])
        continue
      }
      const from = this.#place(it.names[other]), dx = to[0] - from[0], dy = to[1] - from[1], d = Math.hypot(dx, dy) || 1
      const cut = (radius + 4) / d
      arrows.push(svg("line", {
        x1: from[0] + dx * cut, y1: from[1] + dy * cut, x2: to[0] - dx * cut, y2: to[1] - dy * cut, "marker-end": "url(#arrow-in)",
        stroke: colour, "stroke-width": Math.max(1, Math.min(THICKEST, THICKEST * Math.abs(share))), "stroke-dasharray": share ? "none" : "3 4", "pointer-events": "none",
      }))
      if (!many || coming.length < 12) labels.push([from[0] + dx * 0.45, from[1] + dy * 0.45, number(share)])
    }
    this.arrows.replaceChildren(...arrows)
    this.labels.replaceChildren(...labels.map(([x, y, text]) => svg("text", { class: "label", x, y, "text-anchor": "middle" }, text)))
  }

  #key(event, name, k) {
    const { names } = this.it, by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (by) {
      this.look = names[(k + by + names.length) % names.length]
      this.#keep()
      this.draw(false)
    } else if (event.key === "Enter" || event.key === " ") this.#chosen(name)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  #explain(hop, i, coming) {
    const { it, back } = this, [from, made] = back ? ["∂L/∂y", "∂L/∂x"] : ["x", "y"]
    const heads = Array.from({ length: hop.heads }, (_, k) => k), weight = hop.heads > 1 ? "k" : number(hop.weights[0])
    const total = (back ? hop.dx : hop.y)[i]
    write(this.when, `node ${this.node}, hop ${this.at + 1}: ${made} = ${number(total)}`)
    write(this.formula, it.layer === "GIN" ? `A message is coefficient × ${from}: the layer has no weight.` : hop.heads > 1
      ? `A message is coefficient × k × ${from}, the mean of ${hop.heads} heads. k = ${[...hop.weights].map(number).join(", ")}`
      : `A message is coefficient × ${weight} × ${from}, where ${weight} is the layer's weight${back ? ", the same as forward" : ""}.`)
    const before = back ? (this.at + 1 < it.hops.length ? `, the ∂L/∂x of hop ${this.at + 2}` : "") : this.at ? `, the y of hop ${this.at}` : ""
    write(this.caption, `Node ${this.node} shows ${made}, the others ${from}${before}. Blue: −${SCALE.max} and below; orange: ${SCALE.max} and above.`)
    const head = h("thead", {}, h("tr", {}, ...[back ? "back from" : "from", ...heads.map((k) => (hop.heads > 1 ? `head ${k + 1}` : "coefficient")), from, "message"].map((text) => h("th", { scope: "col" }, text))))
    const sources = back ? hop.dy : hop.x, sent = back ? hop.returns : hop.messages
    const rows = coming.map(([other, e]) => h("tr", {}, h("th", { scope: "row" }, other === i ? `${it.names[other]}, itself` : `${it.names[other]}`), ...heads.map((k) => h("td", {}, number(hop.shares[e * hop.heads + k]))), h("td", {}, number(sources[other])), h("td", {}, number(sent[e]))))
    const more = (text, value, kind = "") => rows.push(h("tr", { class: kind }, h("th", { scope: "row" }, text), ...heads.map(() => h("td", {})), h("td", {}), h("td", {}, number(value))))
    if (it.layer === "SAGE" || it.layer === "GIN") more("its own", (back ? hop.ownBack : hop.own)[i])
    if (!back && hop.bias) more("bias", hop.bias)
    if (back && it.attends) more("through the coefficients", hop.attention[i])
    more("sum", total, "sum")
    this.table.replaceChildren(head, h("tbody", {}, ...rows))
    const heard = it.heard[this.at * it.names.length + i]
    const check = it.checked === null ? "too many nodes to check ∂L/∂x by differences" : `numerical gradient ${it.checked ? "agrees" : "disagrees"} with ∂L/∂x, the largest difference is ${scientific(it.difference, 0)}`
    write(this.heardLine, `After hop ${this.at + 1} its number depends on ${heard} of ${it.names.length} nodes. L = ½ Σ y² of the last hop = ${number(it.loss)}; ${check}.`)
    clearTimeout(this.speech)
    const says = `${this.when.textContent}. ${coming.length} messages: ${coming.slice(0, 8).map(([other, e]) => `from ${it.names[other]} ${number(sent[e])}`).join(", ")}.`
    this.svg.setAttribute("aria-label", `Graph of ${it.names.length} nodes and ${it.pairs.length} edges. ${says}`)
    this.speech = setTimeout(() => write(this.live, says), SPOKEN_AFTER)
  }
}

export const { mount, unmount } = living("graph", TouchedGraph, ({ setStateValue }, changed) => setStateValue("changed", changed))
