/* The elements of a training's panel. */

import { h } from "../drawing/element.js"
import { Curves } from "./curves.js"
import { Look } from "./look.js"
import { OpenLens, steps } from "./open_lens.js"
import { Rates } from "./rates.js"
import { band } from "./words.js"

const PACES = [1, 4, 16]
export const BANDS = ["forward", "backward", "update"]

const quiet = (text, onclick, more) => h("button", { class: "quiet", type: "button", onclick, ...more }, text)
const choice = (attribute, value, text, onclick) => h("button", { type: "button", [`data-${attribute}`]: value, "aria-pressed": "false", onclick }, text)
const group = (name, buttons) => h("div", { class: "seg", role: "group", "aria-label": name }, buttons)

/** Builds the panel; gives the elements that change. */
export function furnish(training) {
  const parts = {
    trainButton: h("button", { class: "train", type: "button", onclick: () => training.toggle() }),
    range: h("input", { type: "range", min: 0, step: 1, "aria-label": "step of the training", oninput: () => training.show(+parts.range.value) }),
    place: h("span", { class: "pos" }),
    fromHere: quiet("Go on from here", () => training.goOnFrom(training.shown.steps), { hidden: true }),
    paces: PACES.map((pace) => choice("pace", pace, `${pace}×`, () => training.setPace(pace))),
    bands: BANDS.map((name) => choice("band", name, band(name), () => training.setBand(name))),
    rates: new Rates((run, value, final) => training.setRate(run, value, final)),
    curves: new Curves((steps) => training.show(steps)),
    look: new Look((wanted) => training.watch(wanted)),
    views: h("div", { class: "networks" }),
    lens: new OpenLens(training),
    line: h("p", { class: "say" }),
    live: h("p", { class: "vh", role: "status" }),
    toStep: quiet("", () => training.trainToLinked(), { hidden: true }),
    explains: h("p", { class: "muted" }),
    legend: h("div", { class: "scales" }),
    help: h("details", { class: "help" }),
    copyButton: quiet("Copy link", () => training.copyLink(parts.copyButton)),
  }
  parts.beforeBreak = quiet("Go back to before the break", () => training.goBeforeBreak())
  parts.firstRate = quiet("Start again with the first learning rate", () => training.startSafely())
  parts.again = h("div", { class: "broken", hidden: true }, h("p", {}), h("div", { class: "bar" }, parts.beforeBreak, parts.firstRate))
  training.root.replaceChildren(...places(training, parts))
  return parts
}

function places(training, p) {
  return [
    h("div", { class: "bar" },
      p.trainButton, quiet("Start again", () => training.begin()),
      h("div", { class: "player" }, ...steps(training), p.range, p.place),
      p.fromHere, p.toStep,
      h("div", { class: "pace" }, group("steps a picture", p.paces), h("span", { class: "muted" }, "steps a picture")), p.copyButton),
    h("div", { class: "bar" }, group("what is drawn", p.bands), p.look.root),
    p.again,
    h("div", { class: "body" },
      h("div", { class: "told" }, p.look.pad.root, p.rates.root, p.curves.root, p.line),
      h("div", { class: "shown" }, p.explains, p.legend, p.views, p.help)),
    p.live, p.lens.root,
  ]
}

/** What the numbers of a layer mean, where a pointer that rests is not at hand. */
export function explain(help, words) {
  const names = ["‖∂L/∂w‖", "update / w", "dead"]
  help.replaceChildren(h("summary", {}, "What the numbers of a layer mean"), h("dl", {}, names.flatMap((name) => [h("dt", {}, name), h("dd", {}, words[name])])))
}
