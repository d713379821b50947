/* Draws a matrix on a canvas: cells with numbers, or a picture of pixels, and what is marked on it.
   Shared by the lens (grids, loupes, thumbnails) and the maps. */

import { beyond, emptyAtZero, tone } from "./colour.js"
import { short } from "./numbers.js"

export const NUMBERS = 26 // a cell narrower than this carries no number
const WIDE = 40 // on a log scale, where numbers are written with their power of ten
const OUTLINED = 6 // smaller cells are outlined together: a strided mask would look solid
const MARK = 9 // pixels of a digit in the corner of a frame
const MAX_RATIO = 3
const FADED_NUMBER = 0.6

/**
 * m: {rows, cols, at(i, j) → index, values, scale}, cell: {width, height} in CSS pixels, and, all optional:
 * pad; numbers, digits: print them; lit: mask by index, dim: opacity of the rest; edge: outline of what is lit;
 * rings: [[row, column]…]; upto: cells later than this one, in reading order, are still blank; within: [first, last], columns
 * outside of these are;
 * frames: [[row, column, rows, columns]…], numbered: 1, 2, … where there is room; struck: mask of cells that are left out; upon(canvas):
 * draws over the cells and below what is marked; picture: a cache for pixels.
 */
export function paint(canvas, m, cell, palette, o = {}) {
  const pad = o.pad ?? 0
  const g = prepare(canvas, m.cols * cell.width + 2 * pad, m.rows * cell.height + 2 * pad)
  g.translate(pad, pad)
  if (Math.min(cell.width, cell.height) < 10 || o.picture) paintPicture(g, m, cell, palette, o)
  else paintCells(g, m, cell, palette, o)
  o.upon?.(canvas)
  o.frames?.forEach((place, k) => frame(g, cell, palette, place, o.numbered ? String(k + 1) : ""))
  if (o.edge && o.lit) outline(g, m, cell, palette, o.lit, o.edge, o.edgeWidth ?? 2)
  for (const [row, column] of o.rings ?? []) ring(g, cell, palette, row, column)
  g.setTransform(1, 0, 0, 1, 0, 0)
}

/** Sizes a canvas for the screen's pixels (only when it changed: that is dear) and clears it. */
function prepare(canvas, width, height) {
  const ratio = Math.min(MAX_RATIO, window.devicePixelRatio || 1)
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w
    canvas.height = h
    canvas.style.width = `${width}px`
    canvas.style.height = `${height}px`
  }
  const g = canvas.getContext("2d")
  g.setTransform(1, 0, 0, 1, 0, 0)
  g.clearRect(0, 0, w, h)
  g.scale(ratio, ratio)
  return g
}

function paintPicture(g, m, cell, palette, o) {
  g.imageSmoothingEnabled = cell.width < 1
  g.drawImage(pixels(m, palette, o.picture ?? {}), 0, 0, m.cols * cell.width, m.rows * cell.height)
  if (o.within) {
    const [first, last] = o.within, height = m.rows * cell.height
    g.clearRect(0, 0, first * cell.width, height)
    g.clearRect((last + 1) * cell.width, 0, (m.cols - last - 1) * cell.width, height)
  }
  if (o.upto == null) return
  const row = Math.floor(o.upto / m.cols), column = (o.upto % m.cols) + 1
  g.clearRect(column * cell.width, row * cell.height, (m.cols - column) * cell.width, cell.height)
  g.clearRect(0, (row + 1) * cell.height, m.cols * cell.width, (m.rows - row - 1) * cell.height)
}

/** The matrix as an image of one pixel a cell; kept in `cache` while `cache.stamp` stays the same. */
function pixels(m, palette, cache) {
  if (cache.image && cache.drawn === cache.stamp && cache.palette === palette) return cache.image
  const image = cache.image?.width === m.cols && cache.image.height === m.rows ? cache.image : new OffscreenCanvas(m.cols, m.rows)
  const g = image.getContext("2d"), data = g.createImageData(m.cols, m.rows), to = new Uint32Array(data.data.buffer)
  const colours = palette[m.scale.kind].pixels
  for (let i = 0, k = 0; i < m.rows; i++) for (let j = 0; j < m.cols; j++) to[k++] = colours[tone(m.values[m.at(i, j)], m.scale) + 1]
  g.putImageData(data, 0, 0)
  return Object.assign(cache, { image, drawn: cache.stamp, palette }).image
}

function paintCells(g, m, { width, height }, palette, o) {
  const { fill, ink } = palette[m.scale.kind]
  const small = Math.min(width, height), gap = small >= 14 ? 1 : 0.5
  const numbers = o.numbers && width >= (m.scale.kind === "log" ? WIDE : NUMBERS) && height >= 18
  g.textAlign = "center"
  g.textBaseline = "middle"
  g.font = `500 ${small >= 50 ? 17 : small >= 40 ? 15 : 13}px ${palette.font}`
  const places = numbers ? roomFor(g, width, o.digits ?? 2) : 0
  for (let i = 0; i < m.rows; i++) {
    for (let j = 0; j < m.cols; j++) {
      const index = m.at(i, j), v = m.values[index], x = j * width, y = i * height
      const opacity = !o.lit || o.lit[index] ? 1 : o.dim ?? 1
      g.lineWidth = 1
      if ((o.upto != null && i * m.cols + j > o.upto) || (o.within && (j < o.within[0] || j > o.within[1]))) {
        g.strokeStyle = palette.line
        g.strokeRect(x + 1, y + 1, width - 2, height - 2)
        continue
      }
      if (opacity < 1) {
        g.fillStyle = palette.bg
        g.fillRect(x, y, width, height)
      }
      g.globalAlpha = opacity
      if (v === 0 && emptyAtZero(m.scale)) {
        emptyCell(g, palette, x, y, width, height)
      } else {
        const k = tone(v, m.scale)
        g.fillStyle = fill[k]
        g.fillRect(x + gap / 2, y + gap / 2, width - gap, height - gap)
        if (beyond(v, m.scale)) corner(g, ink[k], x + width, y)
        if (numbers) {
          g.fillStyle = opacity < 1 ? palette.ink : ink[k] // a faded cell is nearly the colour of the page
          g.globalAlpha = opacity < 1 ? FADED_NUMBER : 1
          const text = v === 0 ? "0" : short(v, places)
          const fits = text.length < 4 || g.measureText(text).width <= width - 2
          if (fits || Math.abs(v) < 0.1) g.fillText(fits ? text : "~0", x + width / 2, y + height / 2 + 0.5)
        }
      }
      g.globalAlpha = 1
      if (o.struck?.[index]) strike(g, palette, x, y, width, height)
    }
  }
}

/** As many decimals, at most `most`, as the widest number leaves room for. */
function roomFor(g, width, most) {
  let places = Math.min(2, most)
  while (places > 0 && g.measureText(`−0.${"0".repeat(places)}`).width > width - 3.5) places--
  return places
}

/** Exact zero: an empty cell with a stroke, never a pale fill. */
function emptyCell(g, palette, x, y, w, h) {
  g.strokeStyle = g.fillStyle = palette.line2
  g.globalAlpha *= 0.6
  const reach = Math.min(w, h) * 0.18, cx = x + w / 2, cy = y + h / 2
  if (Math.min(w, h) >= 20) {
    g.beginPath()
    g.moveTo(cx - reach, cy + reach)
    g.lineTo(cx + reach, cy - reach)
    g.stroke()
  } else g.fillRect(cx - 1, cy - 1, 2, 2)
  g.strokeRect(x + 1, y + 1, w - 2, h - 2)
}

function strike(g, palette, x, y, w, h) {
  g.fillStyle = palette.bg
  g.globalAlpha = 0.7
  g.fillRect(x, y, w, h)
  g.globalAlpha = 1
  g.strokeStyle = palette.ink
  g.beginPath()
  g.moveTo(x + 2, y + h - 2)
  g.lineTo(x + w - 2, y + 2)
  g.stroke()
}

function corner(g, ink, right, top) {
  g.fillStyle = ink
  g.beginPath()
  g.moveTo(right - 1, top + 1)
  g.lineTo(right - 6, top + 1)
  g.lineTo(right - 1, top + 6)
  g.fill()
}

/** The outline of all lit cells together; around them all where cells are too small for their own. */
function outline(g, m, { width, height }, palette, lit, colour, thickness) {
  g.lineCap = "square"
  g.beginPath()
  const tiny = Math.min(width, height) < OUTLINED, box = tiny && bounds(m, (index) => lit[index])
  if (box) g.rect(box[1] * width, box[0] * height, (box[3] - box[1]) * width, (box[2] - box[0]) * height)
  const on = (i, j) => i >= 0 && j >= 0 && i < m.rows && j < m.cols && lit[m.at(i, j)]
  for (let i = 0; i < m.rows && !tiny; i++) {
    for (let j = 0; j < m.cols; j++) {
      if (!on(i, j)) continue
      const x = j * width, y = i * height
      if (!on(i - 1, j)) line(g, x, y, x + width, y)
      if (!on(i + 1, j)) line(g, x, y + height, x + width, y + height)
      if (!on(i, j - 1)) line(g, x, y, x, y + height)
      if (!on(i, j + 1)) line(g, x + width, y, x + width, y + height)
    }
  }
  if (m.scale.kind === "brightness") stroke(g, palette.bg, thickness + 2) // on black and on white alike
  stroke(g, colour, thickness)
}

/** [top, left, bottom, right] of the cells that `test` accepts, ends exclusive; null where there are none. */
export function bounds({ rows, cols, at }, test) {
  let [top, left, bottom, right] = [Infinity, Infinity, 0, 0]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      if (!test(at(i, j))) continue
      top = Math.min(top, i)
      left = Math.min(left, j)
      bottom = i + 1
      right = Math.max(right, j + 1)
    }
  }
  return bottom ? [top, left, bottom, right] : null
}

function stroke(g, colour, thickness) {
  g.strokeStyle = colour
  g.lineWidth = thickness
  g.stroke()
}

function line(g, x0, y0, x1, y1) {
  g.moveTo(x0, y0)
  g.lineTo(x1, y1)
}

function frame(g, { width, height }, palette, [row, column, rows, columns], text) {
  const box = [column * width - 1.5, row * height - 1.5, columns * width + 3, rows * height + 3] // around, not upon, its cells
  g.strokeStyle = palette.bg
  g.lineWidth = 3
  g.strokeRect(...box)
  g.strokeStyle = palette.mute
  g.lineWidth = 1
  g.strokeRect(...box)
  if (text && columns * width >= MARK * text.length && rows * height >= 2 * MARK) label(g, palette, text, column * width, row * height)
}

/** A small number in the upper left corner of a frame, on a ground of its own. */
function label(g, palette, text, x, y) {
  g.font = `600 13px ${palette.font}`
  g.textAlign = "center"
  g.textBaseline = "middle"
  const wide = MARK * text.length
  g.fillStyle = palette.bg
  g.fillRect(x, y, wide, MARK + 4)
  g.fillStyle = palette.ink
  g.fillText(text, x + wide / 2, y + MARK / 2 + 2.5)
}

function ring(g, { width, height }, palette, row, column) {
  const grow = Math.max(0, (6 - Math.min(width, height)) / 2) // on a picture of tiny cells the ring must still be seen
  const x = column * width - grow, y = row * height - grow, w = width + 2 * grow, h = height + 2 * grow
  g.strokeStyle = palette.bg
  g.lineWidth = 4.5
  g.strokeRect(x, y, w, h)
  g.strokeStyle = palette.ink
  g.lineWidth = 2.5
  g.strokeRect(x, y, w, h)
}
