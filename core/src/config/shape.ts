/** Shape is a schema as data: the JSON Schema words that this module reads. */
export interface Shape {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
  /** What is wanted, in words, where the schema's own are too many. */
  readonly title?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly additionalProperties?: boolean | Shape
  readonly items?: Shape | readonly Shape[]
  readonly anyOf?: readonly Shape[]
  readonly allOf?: readonly Shape[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly 'x-secret'?: boolean
}

/** memberNames are the members a value of this shape may have by name; of a union, those of the one branch that fits. */
export function memberNames(shape: Shape | undefined, value: unknown): readonly string[] {
  const fitting = fits(shape, value)
  return fitting.length > 1 && shape?.allOf === undefined
    ? []
    : fitting.flatMap(one => Object.keys(one.properties ?? {}))
}

/** shapeAt gives the shape of a member or item; where several branches of a union may apply, a union of theirs. */
export function shapeAt(shape: Shape | undefined, value: unknown, key: string | number): Shape | undefined {
  const shapes = fits(shape, value)
    .map(one => (Array.isArray(value) ? itemShape(one, Number(key)) : memberShape(one, String(key))))
    .filter(one => one !== undefined)
  return shapes.length > 1 ? { anyOf: shapes } : shapes[0]
}

/** shapeUnder follows keys from a value down to a place in it, which need not exist. */
export function shapeUnder(shape: Shape | undefined, value: unknown, keys: readonly string[]): Shape | undefined {
  let at: unknown = value
  let found = shape
  for (const key of keys) {
    found = shapeAt(found, at ?? {}, key)
    at = memberOf(at, key)
  }
  return found
}

/** valueUnder follows keys into a value. */
export function valueUnder(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce(memberOf, value)
}

/** isSecret tells whether a value of this shape may be a secret. */
export function isSecret(shape: Shape | undefined): boolean {
  if (shape === undefined) return false
  return shape['x-secret'] === true || [...(shape.anyOf ?? []), ...(shape.allOf ?? [])].some(isSecret)
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Record<string, unknown>)[key]
}

function itemShape(shape: Shape, index: number): Shape | undefined {
  return Array.isArray(shape.items) ? (shape.items as readonly Shape[])[index] : (shape.items as Shape | undefined)
}

function memberShape(shape: Shape, key: string): Shape | undefined {
  if (shape.properties !== undefined && Object.hasOwn(shape.properties, key)) return shape.properties[key]
  for (const [pattern, member] of Object.entries(shape.patternProperties ?? {})) {
    if (new RegExp(pattern, 'u').test(key)) return member
  }
  return typeof shape.additionalProperties === 'object' ? shape.additionalProperties : undefined
}

/** fits gives the branches of a shape that a value of this JavaScript type, with these constants, can belong to. */
function fits(shape: Shape | undefined, value: unknown): readonly Shape[] {
  if (shape === undefined) return []
  if (shape.allOf !== undefined) return shape.allOf.flatMap(one => fits(one, value))
  if (shape.anyOf !== undefined) return shape.anyOf.flatMap(one => fits(one, value))
  if (Array.isArray(value)) return shape.type === 'array' ? [shape] : []
  if (typeof value !== 'object' || value === null) return []
  if (shape.type !== undefined && shape.type !== 'object') return []
  const differs = Object.entries(shape.properties ?? {}).some(([name, { const: constant }]) => {
    const own = memberOf(value, name)
    return constant !== undefined && own !== undefined && own !== constant
  })
  return differs ? [] : [shape]
}
