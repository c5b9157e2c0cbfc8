import { type TObject, type TProperties, type TSchema, Type } from 'typebox'

const name = Type.String({ minLength: 1, maxLength: 256 })
const slug = Type.String({ pattern: '^[^/\\s]+/[^/\\s]+$', maxLength: 256 })
const words = Type.Array(Type.String({ minLength: 1 }))
const price = Type.Number({ minimum: 0 })
const tokens = Type.Integer({ minimum: 1 })
const day = Type.String({ pattern: '^\\d{4}-\\d{2}(-\\d{2})?$' })

/** members makes an object of which any member may be absent and no other be there. */
function members<P extends TProperties>(properties: P) {
  return Type.Partial(Type.Object(properties), { additionalProperties: false })
}

/** identified is such an object with an `id`. */
function identified(id: TSchema, properties: TProperties): TObject {
  return Type.Object({ id, ...members(properties).properties }, { additionalProperties: false })
}

const MODALITIES = ['text', 'image', 'file', 'audio', 'video', 'embeddings', 'transcription', 'rerank']
const modalities = Type.Array(Type.Unsafe<string>({ type: 'string', enum: MODALITIES }))

const PRICES = {
  input: price,
  output: price,
  cacheRead: price,
  cacheWrite: price,
  cacheWrite1h: price,
  reasoning: price,
  inputImage: price,
  outputImage: price,
  inputAudio: price,
  outputAudio: price,
  perRequest: price,
  perImage: price,
  perWebSearch: price
}

const tier = Type.Object({ aboveInputTokens: tokens, ...members(PRICES).properties }, { additionalProperties: false })

const reasoning = Type.Union([
  Type.Literal(false),
  members({
    mandatory: Type.Boolean(),
    byDefault: Type.Boolean(),
    efforts: words,
    budget: Type.Union([Type.Boolean(), members({ min: Type.Integer({ minimum: 0 }), max: tokens })])
  })
])

const FACTS = {
  name,
  description: Type.String(),
  vendor: name,
  family: name,
  created: Type.Integer({ minimum: 0 }),
  contextTokens: tokens,
  maxOutputTokens: tokens,
  input: modalities,
  output: modalities,
  parameters: words,
  features: words,
  reasoning,
  prices: members({ ...PRICES, tiers: Type.Array(tier), source: Type.String(), asOf: day }),
  datacenters: Type.Array(Type.String({ pattern: '^[A-Z]{2}$' })),
  deprecated: day,
  knowledge: Type.String({ pattern: '^\\d{4}(-\\d{2}){0,2}$' }),
  tokenizer: name,
  quantization: name
}

const vendor = Type.Object({ name, prefixes: Type.Optional(Type.Array(name)) }, { additionalProperties: false })

const url = Type.String({ pattern: '^https://' })
const service = members({
  name,
  vendor: name,
  headquarters: Type.String({ pattern: '^[A-Z]{2}$' }),
  datacenters: FACTS.datacenters,
  privacyPolicyUrl: url,
  termsOfServiceUrl: url,
  statusPageUrl: url,
  models: Type.Array(identified(name, { ...FACTS, model: slug }))
})

const target = Type.Object(
  {
    model: name,
    weight: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    when: Type.Optional(members({ contextAbove: Type.Integer({ minimum: 0 }), groups: words }))
  },
  { additionalProperties: false }
)

const alias = Type.Object(
  {
    description: Type.Optional(Type.String()),
    targets: Type.Array(Type.Union([name, target]), { minItems: 1 }),
    sticky: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: ['user', 'session'] })),
    defaults: Type.Optional(
      members({
        temperature: Type.Number({ minimum: 0 }),
        effort: name,
        maxOutputTokens: tokens,
        strategy: name,
        gaps: Type.Unsafe<string>({ type: 'string', enum: ['reject', 'report', 'emulate'] })
      })
    ),
    fallbacks: Type.Optional(Type.Array(name)),
    dormant: Type.Optional(Type.Boolean())
  },
  { additionalProperties: false }
)

/** CATALOG_FILE is the schema of a file that is laid over the data: of its parts any may be absent. */
export const CATALOG_FILE = members({
  version: name,
  vendors: Type.Record(Type.String(), vendor),
  models: Type.Array(identified(slug, { ...FACTS, spellings: Type.Array(name) })),
  services: Type.Record(Type.String(), service),
  aliases: Type.Record(Type.String(), alias)
})
