/* Bytes → named arrays, as ui/component.py and experiments/packing.py write them. Arrays are views of the bytes, never copies
   (but for 64-bit integers, which JavaScript cannot mix with its numbers). */

const TYPES = {
  f4: Float32Array, f8: Float64Array,
  u1: Uint8Array, u2: Uint16Array, u4: Uint32Array,
  i1: Int8Array, i2: Int16Array, i4: Int32Array,
}
const WIDE = { u8: BigUint64Array, i8: BigInt64Array }

/** What Python's parcel() made (ui/component.py): a header with arrays in it. */
export function unparcel(data) {
  const bytes = data.byteOffset % 8 ? data.slice() : data
  return read(bytes, 8, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true))
}

/** What pack() made (experiments/packing.py). */
export function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (text(bytes.subarray(0, 4)) !== "LENS" || view.getUint32(4, true) !== 1) throw new Error("not a payload of version 1")
  return read(bytes, 16, view.getUint32(8, true))
}

/** A header of `length` bytes from `start`; in it an array is {"$": [type, offset behind the header, size, shape]}. */
function read(bytes, start, length) {
  const body = bytes.byteOffset + start + length
  return JSON.parse(text(bytes.subarray(start, start + length)), (_, value) => {
    if (!value?.$) return value
    const [type, offset, size, shape] = value.$
    const array = type in WIDE
      ? Float64Array.from(new WIDE[type](bytes.buffer, body + offset, size), Number)
      : new TYPES[type](bytes.buffer, body + offset, size)
    return Object.assign(array, { shape })
  })
}

const text = (bytes) => new TextDecoder().decode(bytes)
