import {
  IsArray,
  IsOptional,
  IsUnion,
  IsUnknown,
  type TObject,
  type TProperties,
  type TSchema,
  type TUnion,
  Type
} from 'typebox'

/*
 * A decoder checks what stands in lists and unions one by one, so that an error names the member that is wrong; the shape
 * of the whole says that anything may stand there. For the document of an API these put the shapes together.
 */

/** takesObject tells the schemas of objects: one with members, a record, or any. */
const takesObject = (schema: TSchema & { readonly type?: unknown }): boolean => schema.type === 'object'

/** Documented is anything with the schema of an object, such as a checker. */
export interface Documented {
  readonly schema: TObject
}

/** documented says what stands in some members of a shape, in place of any value, any object or an object it says less of. */
export function documented(shape: Documented, inner: TProperties): Documented {
  const { type: _, properties, required: __, ...options } = shape.schema
  const members = Object.entries(inner).map(([name, schema]) => [name, filled(properties[name], schema)] as const)
  return { schema: Type.Object({ ...properties, ...Object.fromEntries(members) }, options) }
}

function filled(schema: TSchema | undefined, inner: TSchema): TSchema {
  if (schema === undefined) return inner
  const made = filledWithin(schema, inner)
  return IsOptional(schema) ? Type.Optional(made) : made
}

function filledWithin(schema: TSchema, inner: TSchema): TSchema {
  if (IsArray(schema)) {
    const { type: _, items, ...options } = schema
    return Type.Array(filled(items, inner), options)
  }
  if (IsUnion(schema)) {
    const { anyOf, ...options } = schema
    return Type.Union(
      anyOf.map(branch => filled(branch, inner)),
      options
    )
  }
  return takesObject(schema) || IsUnknown(schema) ? inner : schema
}

export interface KindsOptions {
  /** Names the union, and its branches after it, where a document keeps schemas by name. */
  readonly title: string
  /** The kind of an object without the member. */
  readonly unsaid?: string
  /** Members that all of the kinds may have. */
  readonly common?: TProperties
  /** No other kinds are taken; else they are kept for an upstream of the same format. */
  readonly closed?: boolean
}

/** documentedKinds is a union of objects that one member tells apart. */
export function documentedKinds(
  member: string,
  kinds: Readonly<Record<string, Documented>>,
  { title, unsaid, common = {}, closed = false }: KindsOptions
): TUnion {
  const branches = Object.entries(kinds).map(([kind, { schema }]) => {
    const literal = Type.Literal(kind)
    const said = { [member]: kind === unsaid ? Type.Optional(literal) : literal }
    return Type.Object({ ...said, ...schema.properties, ...common, ...said }, { title: `${title}.${kind}` })
  })
  if (!closed) branches.push(otherKinds(member, Object.keys(kinds), title))
  return Type.Union(branches, { title })
}

function otherKinds(member: string, known: readonly string[], title: string): TObject {
  const name = Type.String({ not: { enum: known } })
  const description = 'Any other kind. It goes on, as it is, to an upstream of the same format.'
  return Type.Object({ [member]: name }, { title: `${title}.other`, description })
}
