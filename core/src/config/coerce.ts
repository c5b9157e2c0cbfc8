import type { Shape } from './shape.ts'

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i
const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false, '1': true, '0': false }

/**
 * coerce turns a text from outside into what the schema wants: a number, true or false, or an array whose items stand
 * between commas. A text that does not read as the wanted type stays a text, so that the check can show it. This is the
 * only place where the gateway converts anything.
 */
export function coerce(shape: Shape | undefined, text: string): unknown {
  if (shape?.anyOf !== undefined) return coerceToBranch(shape.anyOf, text)
  const trimmed = text.trim()
  switch (shape?.type) {
    case 'integer':
    case 'number':
      return NUMBER.test(trimmed) ? Number(trimmed) : text
    case 'boolean':
      return BOOLEANS[trimmed.toLowerCase()] ?? text
    case 'array': {
      const item = Array.isArray(shape.items) ? undefined : (shape.items as Shape | undefined)
      const parts = text.split(',').map(part => part.trim())
      return parts.filter(part => part !== '').map(part => coerce(item, part))
    }
    default:
      return text
  }
}

/** coerceToBranch takes the first branch the text reads as: constants by their value, and a list only where no text may stand. */
function coerceToBranch(shapes: readonly Shape[], text: string): unknown {
  const takesText = shapes.some(shape => shape.type === 'string' && shape.const === undefined)
  for (const shape of shapes) {
    if (takesText && shape.type === 'array') continue
    const value = coerce(shape, text)
    if (shape.const !== undefined ? value === shape.const : typeof value !== 'string') return value
  }
  return text
}
