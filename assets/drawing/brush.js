/* What is drawn on a canvas with: lines, words, and a canvas of the right size. */

export const DASHES = [[], [7, 4], [1.5, 4], [10, 3, 2, 3]] // a network is told apart by more than its name
export const NUMBER = 600 // weight of what is written strongly

/** A canvas of this size in the page's pixels, empty. */
export function sized(canvas, width, height) {
  const ratio = Math.min(3, devicePixelRatio || 1), wide = Math.round(width * ratio), high = Math.round(height * ratio)
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide
    canvas.height = high
    canvas.style.height = `${height}px`
  }
  const g = canvas.getContext("2d")
  g.setTransform(ratio, 0, 0, ratio, 0, 0)
  g.clearRect(0, 0, width, height)
  return Object.assign(g, { ratio })
}

export function line(g, colour, width, points, dash = []) {
  g.strokeStyle = colour
  g.lineWidth = width
  g.setLineDash(dash)
  g.beginPath()
  points.forEach(([x, y], i) => (i ? g.lineTo(x, y) : g.moveTo(x, y)))
  g.stroke()
  g.setLineDash([])
}

/** {size, font, weight, colour, align, ground: a colour that keeps lines off the letters} */
export function write(g, text, x, y, { size, font, colour, weight = 400, align = "left", ground = null }) {
  g.font = `${weight} ${size}px ${font}`
  g.textAlign = align
  g.textBaseline = "alphabetic"
  if (ground) {
    g.lineJoin = "round"
    g.strokeStyle = ground
    g.lineWidth = 4
    g.strokeText(text, x, y)
  }
  g.fillStyle = colour
  g.fillText(text, x, y)
}

/** Draws with this opacity, and with the one before afterwards. */
export function faded(g, opacity, draw) {
  const before = g.globalAlpha
  g.globalAlpha = before * opacity
  draw()
  g.globalAlpha = before
}
