/* Points of a learner's own as letters, three a point, as experiments/backpropagation/own_points.py reads them. */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
const PLACES = 255
export const REACH = 2 // both axes from −2 to 2
export const MOST = 500

const place = (v) => Math.max(0, Math.min(PLACES, Math.round(((v + REACH) * PLACES) / (2 * REACH))))
const value = (k) => (k * 2 * REACH) / PLACES - REACH

/** One point's three letters. */
export function letters(x1, x2, kind) {
  const n = kind * 65536 + place(x1) * 256 + place(x2)
  return LETTERS[n >> 12] + LETTERS[(n >> 6) & 63] + LETTERS[n & 63]
}

/** Letters → [[x₁, x₂, class], …] */
export function points(text) {
  return (text.match(/.../g) ?? []).map((three) => {
    const n = [...three].reduce((sum, letter) => 64 * sum + LETTERS.indexOf(letter), 0)
    return [value((n >> 8) & 255), value(n & 255), n >> 16]
  })
}

/** Without the point at this place in the list. */
export const without = (text, at) => text.slice(0, 3 * at) + text.slice(3 * at + 3)
