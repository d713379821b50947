/* How large curves and pictures are, so that both stand on one screen: the curves beside the networks, on a phone above. */

const NARROW = 920, GAP = 24, COLUMNS = 4.7 // the input is narrower than a layer
const ROUND = 600 // pixels of height that are no picture: heading, settings, words, numbers
const clamp = (low, v, high) => Math.round(Math.max(low, Math.min(high, v)))

/** {narrow, left, plot: {width, height}, picture: {width, height}} for a panel of this width that shows so many networks. */
export function rooms(width, networks) {
  const spare = innerHeight - ROUND
  if (width < NARROW) {
    const half = Math.floor((width - 12) / 2)
    return { narrow: true, left: width, plot: { width: half, height: 96 }, picture: { width: half, height: 112 } }
  }
  const left = clamp(260, 0.27 * width, 420)
  return {
    narrow: false, left,
    plot: { width: left, height: clamp(88, spare / 2, 180) },
    picture: { width: Math.floor((width - left - GAP - 4 * 16) / COLUMNS), height: clamp(56, spare / 2 / networks, 220) },
  }
}
