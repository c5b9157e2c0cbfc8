/* Vectors on the wire are numbers, or base64 of 32-bit floats, the least significant byte first. */

/** base64Of writes a vector as base64. Numbers beyond the precision of 32 bits are rounded to it. */
export function base64Of(numbers: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(numbers.length * 4)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < numbers.length; at++) view.setFloat32(at * 4, numbers[at] as number, true)
  return bytes.toString('base64')
}

/** floatsOf reads a vector in base64; undefined for what is no list of 32-bit floats. */
export function floatsOf(base64: string): number[] | undefined {
  if (!BASE64.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length % 4 !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const numbers = new Array<number>(bytes.length / 4)
  for (let at = 0; at < numbers.length; at++) {
    const number = view.getFloat32(at * 4, true)
    if (!Number.isFinite(number)) return undefined
    numbers[at] = number
  }
  return numbers
}

/** Buffer would skip what does not belong there, and read the rest as something else. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
