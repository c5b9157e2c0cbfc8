/** integerOf reads a whole number, also one that was written as text, as protocol buffers in JSON have it. */
export function integerOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? Number(value) : undefined
}
