/* What is drawn over a map once it is painted: numbers beside framed places, hatching over what means nothing, and dots where
   cells are too small to be found. */

import { tone } from "../drawing/colour.js"

const HIGH = 15 // pixels: a number beside its frame
const INSIDE = 18 // pixels: a frame of this height has its number inside, by paint()
const STRUCK = 10 // pixels: paint() strikes each cell of this size or larger
const DOT = 3.5 // pixels: its radius
const HATCH = 6 // pixels from one line to the next

/** Numbers the small places among [row, column, rows, columns]…: beside the frame, where no place is hidden if there is room. */
export function number(canvas, places, cell, pad, palette) {
  const { g, width, height } = over(canvas)
  const taken = places.map(([row, column, rows, columns]) => [pad + column * cell.width, pad + row * cell.height, columns * cell.width, rows * cell.height])
  g.font = `600 13px ${palette.font}`
  g.textAlign = "center"
  g.textBaseline = "middle"
  for (let k = 0; k < places.length; k++) {
    const text = String(k + 1), wide = g.measureText(text).width + 4, [x, y, w, h] = taken[k]
    if (h >= INSIDE) continue
    const right = x + w + 2, left = x - wide - 2, low = y + h - HIGH
    const corners = [[right, y], [left, y], [x, y - HIGH - 2], [x, y + h + 2], [right, low], [left, low]]
    const boxes = corners.map((corner) => [...corner, wide, HIGH]).filter(([x, y]) => x >= 0 && y >= 0 && x + wide <= width && y + HIGH <= height)
    const box = boxes.find((box) => !taken.some((other) => overlap(box, other))) ?? boxes[0] ?? [x, y, wide, HIGH]
    taken.push(box)
    g.fillStyle = palette.bg
    g.fillRect(...box)
    g.fillStyle = palette.ink
    g.fillText(text, box[0] + wide / 2, box[1] + HIGH / 2 + 0.5)
  }
  g.restore()
}

const overlap = ([x, y, w, h], [left, top, wide, high]) => x < left + wide && left < x + w && y < top + high && top < y + h

/** Hatches the cells for which left(row, column) holds. */
export function hatch(canvas, { rows, cols }, left, cell, pad, palette) {
  if (Math.min(cell.width, cell.height) >= STRUCK) return
  const { g, width, height } = over(canvas)
  g.beginPath()
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) if (left(i, j)) g.rect(pad + j * cell.width, pad + i * cell.height, cell.width, cell.height)
  }
  g.clip()
  g.fillStyle = palette.bg
  g.fillRect(0, 0, width, height)
  g.strokeStyle = palette.mute
  g.beginPath()
  for (let x = -height; x < width; x += HATCH) {
    g.moveTo(x, height)
    g.lineTo(x + height, 0)
  }
  g.stroke()
  g.restore()
}

/** Writes every number in its cell; also an exact 0, which is a number like the others here. */
export function print(canvas, { rows, cols, at, values, scale }, cell, pad, palette) {
  const { g } = over(canvas), { ink } = palette[scale.kind]
  g.font = `600 13px ${palette.font}`
  g.textAlign = "center"
  g.textBaseline = "middle"
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const v = values[at(i, j)], x = pad + j * cell.width, y = pad + i * cell.height
      g.fillStyle = palette.bg
      if (v === 0) g.fillRect(x + 2, y + 2, cell.width - 4, cell.height - 4) // over its stroke
      g.fillStyle = v === 0 ? palette.ink : ink[tone(v, scale)]
      g.fillText(String(v), x + cell.width / 2, y + cell.height / 2 + 0.5)
    }
  }
  g.restore()
}

/** A dot with a rim on every cell that is not exactly 0: a small weight is pale, and still there. */
export function dots(canvas, { rows, cols, at, values, scale }, cell, pad, palette) {
  const { g } = over(canvas), { fill } = palette[scale.kind]
  g.strokeStyle = palette.ink
  g.lineWidth = 1
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      const v = values[at(i, j)]
      if (v === 0) continue
      g.beginPath()
      g.arc(pad + (j + 0.5) * cell.width, pad + (i + 0.5) * cell.height, DOT, 0, 2 * Math.PI)
      g.fillStyle = fill[tone(v, scale)]
      g.fill()
      g.stroke()
    }
  }
  g.restore()
}

/** The canvas in CSS pixels; to be restored. */
function over(canvas) {
  const g = canvas.getContext("2d"), width = parseFloat(canvas.style.width), height = parseFloat(canvas.style.height)
  g.save()
  g.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0)
  return { g, width, height }
}
