/* Tones of the server, −127 … 127, as a picture of as many pixels. */

const SCALE = 127

/** A square canvas of `n` × `n` cells of the signed scale. */
export function raster(tones, n, palette, canvas = new OffscreenCanvas(n, n)) {
  const picture = new ImageData(n, n), colours = new Uint32Array(picture.data.buffer), { pixels } = palette.signed
  for (let i = 0; i < n * n; i++) colours[i] = pixels[Math.round((tones[i] / SCALE + 1) * 256) + 1]
  canvas.getContext("2d").putImageData(picture, 0, 0)
  return canvas
}
