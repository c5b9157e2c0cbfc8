import { checker } from '@isthmus/core/wire'
import { type TSchema, Type } from 'typebox'
import { PartSchema } from './request-schema.ts'

const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))

const SETTINGS = {
  model: optional(Type.String()),
  taskType: optional(Type.String()),
  title: optional(Type.String()),
  outputDimensionality: optional(Type.Integer({ minimum: 1 }))
}

const CheckedSchema = Type.Object({ ...SETTINGS, content: Type.Unknown() })

/** SingleSchema documents the body of `:embedContent`. */
export const SingleSchema = Type.Object({
  ...SETTINGS,
  content: Type.Object({ role: optional(Type.String()), parts: Type.Array(PartSchema, { minItems: 1 }) })
})

/** BatchSchema documents the body of `:batchEmbedContents`. */
export const BatchSchema = Type.Object({ requests: Type.Array(SingleSchema, { minItems: 1 }) })

export const embedShape = checker(CheckedSchema)

/** EMBED_SHAPE says which members may be written by their proto names. */
export const EMBED_SHAPE = { keys: new Set(Object.keys(CheckedSchema.properties)) } as const
