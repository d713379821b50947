/* The gradient's size by time step, on a log scale that never moves: lines as computed, grey bands as predicted. What leaves
   the scale says at its edge how far it goes. */

import { DASHES, faded, line, NUMBER, write } from "../drawing/brush.js"
import { raised } from "../drawing/numbers.js"
import { HIGH, LOW, power, SINGLE, within } from "./scale.js"

const CLOSE = 20 // pixels between names

/** look: as in rows.js; a walk also has `predicted` and `before`, the gradient before clipping where that is another. */
export function drawChart(g, look) {
  const { walks, room, palette, front } = look, colour = palette.role.gradient
  const small = { size: room.type, font: palette.font, colour: palette.mute }
  grid(g, look, small)
  g.save()
  g.beginPath()
  g.rect(room.x(0) - 4, room.top - 2, room.right - room.x(0) + 8, room.chart + 4)
  g.clip()
  for (const { predicted } of walks) faded(g, 0.13, () => line(g, palette.ink, 7, points(predicted, room, 0)))
  walks.forEach(({ arrives, before }, k) => {
    if (before) faded(g, 0.55, () => line(g, colour, 1.25, points(before, room, front), DASHES[k]))
    line(g, colour, 2.5, points(arrives, room, front), DASHES[k])
  })
  g.restore()
  names(g, look, small, edges(g, look, small))
  for (const { arrives } of walks) dot(g, look, arrives[look.at])
}

/** A line, which goes on a little beyond the scale so that it leaves it in its direction; 0 is below it. */
function points(values, { x, y }, front) {
  const made = []
  for (let t = front; t < values.length; t++) {
    if (values[t] >= 0) made.push([x(t), Math.max(-4000, Math.min(4000, y(values[t])))])
  }
  return made
}

function grid(g, { room, palette, at }, small) {
  const { x, y, top, chart, steps, type } = room, bottom = top + chart
  for (let i = HIGH; i >= LOW; i -= 2) {
    const height = y(10 ** i)
    line(g, i ? palette.line : palette.line2, 1, [[x(0), height], [room.right, height]])
    write(g, i ? `10${raised(i)}` : "1", x(0) - 12, height + type / 3, { ...small, align: "right" })
  }
  line(g, palette.line2, 1, [[x(0), y(SINGLE)], [room.right, y(SINGLE)]], [2, 3])
  write(g, room.narrow ? "lost beside 1 in float32" : "what is smaller is lost where a float32 adds it to 1", room.right, y(SINGLE) + type + 1, { ...small, align: "right", ground: palette.bg })
  write(g, "size of the gradient, log scale", x(0) + 4, top - 7, small)
  for (let t = 0; t <= steps; t += room.tick) {
    if (Math.abs(x(t) - x(at)) > 32) write(g, String(t), x(t), bottom + type + 6, { ...small, align: "center" })
  }
  write(g, "time step", (x(0) + room.right) / 2, bottom + 2 * type + 12, { ...small, align: "center" })
  pill(g, room, palette, at)
}

/** The number of the step that is looked at. */
function pill(g, { x, top, chart, type }, palette, at) {
  const wide = 34, high = type + 8, y = top + chart + 4
  g.fillStyle = palette.ink
  g.beginPath()
  g.roundRect(x(at) - wide / 2, y, wide, high, high / 2)
  g.fill()
  write(g, String(at), x(at), y + type + 1, { size: type + 1, font: palette.font, weight: NUMBER, colour: palette.bg, align: "center" })
}

/** Where a line has left the scale: how far it goes. A prediction says so only where its line is not out there, and once.
    Gives the places of what it has written: {left, right, top, bottom}. */
function edges(g, { walks, room, palette, front }, small) {
  const used = { [HIGH]: 0, [LOW]: 0 }, told = new Set(), places = []
  const edge = (name, values, colour) => {
    const ends = [[HIGH, Math.max(...values)], [LOW, Math.min(...values)]].filter(([end, extreme]) => (end === HIGH ? power(extreme) > HIGH : power(extreme) < LOW))
    for (const [end, extreme] of ends) {
      const up = end === HIGH, y = up ? room.top + 15 + 18 * used[end]++ : room.top + room.chart - 7 - 18 * used[end]++
      const text = `${up ? "▲" : "▼"} ${name}: ${up ? "up" : "down"} to ${extreme ? `10${raised(Math.round(power(extreme)))}` : "0"}`, left = room.x(0) + 6
      write(g, text, left, y, { ...small, colour, ground: palette.bg })
      places.push({ left, right: left + g.measureText(text).width, top: y - room.type, bottom: y + 4 })
    }
    return ends.length
  }
  for (const { name, arrives, predicted } of walks) {
    if (edge(name, arrives.subarray(front), palette.ink) || room.narrow || told.has(predicted[0])) continue
    told.add(predicted[0])
    edge(`${name} as predicted`, predicted.subarray(front), palette.mute)
  }
  return places
}

/** Each line's name where it comes into view at the left, kept apart from the others and from what is written already. */
function names(g, { walks, room, palette, front }, small, written) {
  const ends = walks.map(({ name, arrives }) => {
    let t = front
    while (t < room.steps && !(power(arrives[t]) > LOW + 0.4 && power(arrives[t]) < HIGH - 0.4)) t++
    return { name, t, y: room.y(arrives[t]) }
  }).sort((a, b) => a.y - b.y)
  ends.forEach((place, k) => {
    const above = ends[k - 1], free = !above || place.y - above.y >= CLOSE + 6 || Math.abs(place.t - above.t) * room.gap > 60
    place.at = Math.max(room.top + 14, free ? place.y - 9 : place.y + room.type + 7)
    if (above && Math.abs(place.at - above.at) < CLOSE && Math.abs(place.t - above.t) * room.gap <= 60) place.at = above.at + CLOSE
    const letters = { ...small, size: room.type + 2, weight: NUMBER, colour: palette.ink, ground: palette.bg }
    g.font = `${NUMBER} ${letters.size}px ${letters.font}`
    const wide = g.measureText(place.name).width, x = room.x(place.t), after = x + (place.t > front ? 12 : 6)
    const left = after + wide > room.right ? x - 10 - wide : after
    const beside = written.filter((other) => left < other.right && left + wide > other.left)
    const clear = (at) => at >= room.top + 14 && at <= room.top + room.chart && !beside.some(({ top, bottom }) => at + 4 > top && at - letters.size < bottom)
    const near = (at) => Math.abs(at - place.at)
    const places = [place.at, ...beside.flatMap(({ top, bottom }) => [top - 5, bottom + letters.size + 1])].filter(clear)
    place.at = places.sort((a, b) => near(a) - near(b))[0] ?? place.at
    written.push({ left, right: left + wide, top: place.at - letters.size, bottom: place.at + 4 })
    write(g, place.name, left, place.at, letters)
  })
}

function dot(g, { room, palette, at, front }, v) {
  if (at < front || !within(v)) return
  g.beginPath()
  g.arc(room.x(at), room.y(v), 5, 0, 2 * Math.PI)
  g.fillStyle = palette.bg
  g.fill()
  g.strokeStyle = palette.role.gradient
  g.lineWidth = 2.5
  g.stroke()
}
