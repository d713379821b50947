/* The fixed scales: a gradient is drawn alike whatever the others are, so that a vanished one looks vanished. */

export const LOW = -10, HIGH = 4 // powers of ten of the chart; a node is full at 1, and cannot grow beyond 10⁴
export const SINGLE = 2 ** -24 // beside 1, a float32 loses what is smaller

/** How full a node is: 0 … 1, in proportion. */
export const fullness = (v) => Math.min(1, v)

/** How far a node has outgrown itself: 0 … 1, by powers of ten above 1. */
export const excess = (v) => (v > 1 ? Math.min(1, Math.log10(v) / HIGH) : 0)

export const saturated = (v) => v > 10 ** HIGH

/** The power of ten; −∞ for 0. */
export const power = (v) => Math.log10(v)

export const within = (v) => power(v) >= LOW && power(v) <= HIGH
