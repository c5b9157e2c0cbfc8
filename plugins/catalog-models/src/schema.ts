import { AliasSchema, ModelFactsSchema } from '@isthmus/core'
import { Type } from 'typebox'

const closed = { additionalProperties: false } as const
const name = Type.String({ minLength: 1, maxLength: 256 })
const slug = Type.String({ pattern: '^[^/\\s]+/[^/\\s]+$', maxLength: 256, description: '`vendor/model`' })
const names = Type.Optional(Type.Array(name))
const country = Type.String({ pattern: '^[A-Z]{2}$' })
const url = Type.Optional(Type.String({ pattern: '^https?://' }))

const vendor = Type.Object({ name, prefixes: names }, closed)
const model = Type.Object({ ...ModelFactsSchema.properties, id: slug, spellings: names }, closed)
const served = Type.Object({ ...ModelFactsSchema.properties, id: name, model: Type.Optional(slug) }, closed)
const service = Type.Object(
  {
    name: Type.Optional(name),
    vendor: Type.Optional(name),
    headquarters: Type.Optional(country),
    datacenters: Type.Optional(Type.Array(country)),
    privacyPolicyUrl: url,
    termsOfServiceUrl: url,
    statusPageUrl: url,
    models: Type.Optional(Type.Array(served))
  },
  closed
)

/** CATALOG_FILE is the schema of a file that is laid over the data: of its parts any may be absent. */
export const CATALOG_FILE = Type.Object(
  {
    version: Type.Optional(name),
    vendors: Type.Optional(Type.Record(Type.String(), vendor)),
    models: Type.Optional(Type.Array(model)),
    services: Type.Optional(Type.Record(Type.String(), service)),
    aliases: Type.Optional(Type.Record(Type.String(), AliasSchema))
  },
  closed
)
