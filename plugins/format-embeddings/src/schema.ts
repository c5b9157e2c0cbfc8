import { AnyObject, checker } from '@isthmus/core/wire'
import { type TSchema, Type } from 'typebox'

/** optional is a member that may be left out; an explicit null says the same. */
const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.String()
const tokens = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 })

const MEMBERS = {
  model: text,
  dimensions: optional(Type.Integer({ minimum: 1 })),
  encoding_format: optional(text),
  user: optional(text)
}

/** EmbedSchema is the body of a request. */
export const EmbedSchema = Type.Object({
  model: text,
  input: Type.Union([
    Type.String({ minLength: 1 }),
    Type.Array(Type.Union([text, AnyObject]), { minItems: 1 }),
    tokens,
    Type.Array(tokens, { minItems: 1 })
  ]),
  dimensions: MEMBERS.dimensions,
  encoding_format: MEMBERS.encoding_format,
  user: MEMBERS.user
})

/** embedShape checks all but the input, whose four forms a schema could not tell apart in its complaints. */
export const embedShape = checker(Type.Object({ ...MEMBERS, input: Type.Unknown() }))

/** REQUEST_KEYS are the members that the decoder reads. */
export const REQUEST_KEYS: ReadonlySet<string> = new Set([...Object.keys(MEMBERS), 'input'])
