/* How large every grid is drawn. Pictures share one cell, in whole pixels; small grids keep a comfortable cell of their
   own, wide enough for a number. Grids stand in columns where they fit, else they flow, pictures first, or below a
   drawing of a network in the order of its computation. */

import { NUMBERS } from "../drawing/paint.js"

export const PAD = 3 // around every canvas, for outlines and rings
const PANEL_GAP = 36, BESIDE = 820
const PROJECTOR = 1600 // from this window on, and in a presenter's view, type grows (tokens.css), and with it what holds type
const NEAR = { panel: 290, label: 118, cell: 36, alone: 44, letter: 6.5, loupe: { width: 36, height: 30 } }
const FAR = { panel: 340, label: 138, cell: 44, alone: 52, letter: 7.5, loupe: { width: 44, height: 40 } }
const NAMED = 13 // pixels: rows that are lower have no room for their names
const PRESENTED = 1.25 // --presented in page.css
const ROOMY = 320 // a picture that stays so large gives way to comfortable cells
const LARGEST = 480, LOWEST = 240, CHROME = 560 // what a page needs above and below a picture

/** width of the lens, and the window → {beside, flow, gap, panel, label, sizes: {id: {cell, picture, loupe}}} */
export function arrange(grids, width, screen) {
  const type = screen.width >= PROJECTOR || screen.presented ? FAR : NEAR, { label } = type
  const panel = screen.presented ? Math.round(PRESENTED * (screen.width >= PROJECTOR ? FAR : NEAR).panel) : type.panel
  const beside = width >= BESIDE
  const gap = width >= 1200 ? 44 : width >= 560 ? 32 : 14
  const room = { width: width - (beside ? panel + PANEL_GAP : 0), gap, type, limit: Math.min(LARGEST, Math.max(LOWEST, screen.height - CHROME)) }
  const columns = width >= 560 && inColumns(grids, room)
  const [picture, small, isPicture] = columns || flowing(grids, room)
  const sizes = {}
  for (const grid of grids) sizes[grid.id] = size(grid, isPicture(grid) ? picture : small, type, screen.height)
  return { beside, flow: !columns, gap, panel, label, sizes }
}

/** The largest cells with which all columns stand side by side. */
function inColumns(grids, { width, gap, limit, type }) {
  const isPicture = (grid) => Math.max(grid.rows, grid.cols) > 12
  const pictures = grids.filter(isPicture), others = grids.filter((grid) => !isPicture(grid))
  const number = 1 + Math.max(...grids.map((grid) => grid.column))
  const widthWith = (picture, small) => {
    const wide = (grid) => grid.cols * (isPicture(grid) ? picture : small) + besides(grid, type) + 2 * PAD
    const columns = Array.from({ length: number }, (_, c) => {
      const widths = grids.filter((grid) => grid.column === c && !spans(grid)).map(wide)
      return widths.length ? Math.max(type.label, ...widths) : 0
    })
    const over = grids.filter(spans).map((grid) => {
      const room = columns.slice(grid.column, grid.column + grid.span).reduce((sum, w) => sum + w + gap, -gap)
      return Math.max(0, wide(grid) - room)
    })
    return columns.reduce((sum, w) => sum + w, gap * (number - 1)) + Math.max(0, ...over)
  }
  const tallest = Math.max(0, ...others.map((grid) => grid.rows))
  const start = Math.min(pictures.length || width < 1000 ? type.cell : type.alone, Math.floor(Math.max(limit, 290) / tallest) || type.cell)
  const most = largest(pictures, limit), longest = Math.max(0, ...pictures.map((grid) => Math.max(grid.rows, grid.cols)))
  const first = (least, lowest) => {
    for (let picture = most; picture >= least; picture--) {
      for (let small = Math.max(NUMBERS, start); small >= lowest; small--) {
        if (widthWith(picture, small) <= width) return [picture, small, isPicture]
      }
      if (!pictures.length) break
    }
    return null
  }
  return first(Math.max(2, ROOMY / longest), Math.max(NUMBERS, 0.9 * start)) ?? first(2, NUMBERS)
}

/** Two pictures side by side, small grids beneath. */
function flowing(grids, { width, gap, limit, type }) {
  const isPicture = (grid) => grid.rows * grid.cols > 30 || grid.cols * NUMBERS > width
  const pictures = grids.filter(isPicture)
  const widest = [0, 1, 2, 3, 4, 5].flatMap((lane) => {
    const wide = pictures.filter((grid) => grid.lane === lane).sort((a, b) => b.cols - a.cols)
    return wide.length ? [wide.slice(0, 2)] : []
  })
  const fitting = (share) => Math.min(...widest.map((wide) => {
    const row = wide.slice(0, share), names = row.reduce((sum, grid) => sum + besides(grid, type), 0)
    return Math.floor((width - names - gap * (row.length - 1) - 2 * PAD * row.length) / row.reduce((sum, { cols }) => sum + cols, 0))
  }), largest(pictures, Math.max(limit, 360)))
  const pair = pictures.length ? fitting(2) : 1
  return [Math.max(1, pair >= 2 ? pair : fitting(1)), sideBySide(grids.filter((grid) => !isPicture(grid)), { width, gap, type }), isPicture]
}

/** A cell with which the two widest small grids stand side by side, if it still has room for numbers. */
function sideBySide(grids, { width, gap, type }) {
  const [first, second] = [...grids].sort((a, b) => b.cols - a.cols), names = (grid) => (grid ? besides(grid, type) : 0)
  const cell = Math.floor((width - gap - 4 * PAD - names(first) - names(second)) / ((first?.cols ?? 1) + (second?.cols ?? 1)))
  return cell >= NUMBERS ? Math.min(type.cell, cell) : type.cell
}

const largest = (pictures, limit) =>
  pictures.length ? Math.max(2, Math.floor(limit / Math.max(...pictures.map((grid) => Math.max(grid.rows, grid.cols))))) : 2

function size(grid, cell, type, tall) {
  const flat = grid.rows <= 4 && cell < NUMBERS // a few rows of many cells: high enough to be pointed at
  const height = flat ? Math.max(cell, 18) : cell
  const picture = (Math.max(grid.rows, grid.cols) > 12 && cell < NUMBERS) || cell < 14
  const names = height < NAMED ? 0 : besides(grid, type)
  return { cell: { width: cell, height }, picture, names, loupe: cell < NUMBERS ? loupe(grid, cell, type.loupe, tall) : null }
}

/** A fixed crop, as wide as the picture, in cells that have room for numbers. */
function loupe(grid, cell, wanted, tall) {
  const width = Math.max(grid.cols * cell, Math.min(grid.cols, 3) * wanted.width)
  const cols = Math.min(grid.cols, Math.floor(width / wanted.width)), rows = Math.min(grid.rows, tall < 900 ? 3 : 5)
  return { rows, cols, cell: { width: Math.min(64, Math.floor(width / cols)), height: wanted.height } }
}

const spans = (grid) => grid.span > 1

/** What the rows are called, if they have names. */
export const rowNames = (grid) => grid.names?.[grid.axes[grid.plane[0]]] ?? null

/** Pixels at the left of a grid for the names of its rows. */
function besides(grid, { letter }) {
  const names = rowNames(grid)
  return names ? Math.round(letter * Math.max(...names.map((name) => name.length)) + 5) : 0
}

export const boxWidth = (grid, { cell, names, loupe: lens }) =>
  Math.max(grid.cols * cell.width, lens ? lens.cols * lens.cell.width : 0) + 2 * PAD + names
