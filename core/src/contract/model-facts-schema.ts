import { Type } from 'typebox'

const price = (description: string) => Type.Optional(Type.Number({ minimum: 0, description }))
const tokens = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))
const words = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 200, description }))
const text = (description: string, maxLength = 500) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }))
/** No control characters, and none that turn the direction of text. */
const PLAIN = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]+$'
const closed = { additionalProperties: false } as const

const PRICES = {
  input: price('US dollars for a million tokens, as all that follow.'),
  output: price('Reasoning included, unless it has a price of its own.'),
  cacheRead: price('Of a prompt that was cached.'),
  cacheWrite: price('Kept for five minutes, where the age makes a difference.'),
  cacheWrite1h: price('Kept for an hour.'),
  reasoning: price('Where it differs from output.'),
  inputImage: price('For a million tokens of images.'),
  outputImage: price('For a million tokens of images.'),
  inputAudio: price('For a million tokens of audio.'),
  outputAudio: price('For a million tokens of audio.'),
  perRequest: price('US dollars for one.'),
  perImage: price('US dollars for one.'),
  perWebSearch: price('US dollars for one.')
}

/** ModelFactsSchema is what may be said of a model. Unknown is absent, never zero. */
export const ModelFactsSchema = Type.Object(
  {
    name: text('As people see it.'),
    description: text('A sentence or two.', 10_000),
    vendor: text('Who made it, as slugs name them.'),
    family: text('A line of models that people name without a version, e.g. `acme-small`.'),
    created: Type.Optional(Type.Integer({ minimum: 0, description: 'Seconds since 1970.' })),
    contextTokens: tokens('Input and output together.'),
    maxOutputTokens: tokens('Of one reply.'),
    input: words('Kinds of content: text, image, file, audio, video.'),
    output: words('Kinds of content: text, image, audio, embeddings, …'),
    parameters: words('Request parameters it takes, e.g. `temperature`.'),
    features: words('E.g. `tools`, `structured_outputs`, `web_search`.'),
    reasoning: Type.Optional(
      Type.Union([
        Type.Literal(false),
        Type.Object(
          {
            mandatory: Type.Optional(Type.Boolean()),
            byDefault: Type.Optional(Type.Boolean()),
            efforts: words('From least to most.'),
            budget: Type.Optional(
              Type.Union([
                Type.Boolean(),
                Type.Object({ min: Type.Optional(Type.Integer()), max: Type.Optional(Type.Integer()) }, closed)
              ])
            )
          },
          closed
        )
      ])
    ),
    prices: Type.Optional(
      Type.Object(
        {
          ...PRICES,
          tiers: Type.Optional(
            Type.Array(Type.Object({ aboveInputTokens: Type.Integer({ minimum: 0 }), ...PRICES }, closed), {
              maxItems: 20,
              description: 'For prompts of more tokens than that.'
            })
          ),
          source: text('Where the figures are from.'),
          asOf: text('Of which day: `YYYY-MM-DD`.')
        },
        closed
      )
    ),
    datacenters: words('Countries, ISO 3166-1 alpha-2.'),
    deprecated: text('The day it ends, `YYYY-MM-DD`.'),
    knowledge: text('The day or month its knowledge ends.'),
    tokenizer: text('E.g. `o200k`.'),
    quantization: text('E.g. `fp8`.')
  },
  closed
)

/** ModelInfoSchema is a model as a provider may list it. */
export const ModelInfoSchema = Type.Object(
  {
    ...ModelFactsSchema.properties,
    // Ids come back in messages, logs and terminals.
    id: Type.String({ minLength: 1, maxLength: 500, pattern: PLAIN }),
    ownedBy: Type.Optional(Type.String()),
    model: Type.Optional(Type.String())
  },
  closed
)
