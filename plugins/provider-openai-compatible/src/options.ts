import { SecretString } from '@isthmus/core'
import { Type } from 'typebox'
import { PRESETS, type PresetName } from './presets.ts'
import { QUIRKS, type QuirkName } from './quirks.ts'

const ms = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))
const word = Type.String({ minLength: 1 })
const words = <T extends string>(names: object) => Type.Unsafe<T>({ type: 'string', enum: Object.keys(names) })

const quirks = Type.Optional(
  Type.Array(words<QuirkName>(QUIRKS), { description: 'How the server differs from the format, by name.' })
)
const without = Type.Optional(
  Type.Array(word, { description: 'Features, by the names in the gaps table, that it refuses or ignores.' })
)
const supports = Type.Optional(
  Type.Array(word, { description: 'Features that it understands, against what the preset says.' })
)
const efforts = Type.Optional(
  Type.Array(word, { description: 'Words for how much to reason that it knows, `none` among them if it can stop.' })
)

/** OPTIONS are what a config may say of a server. */
export const OPTIONS = Type.Object(
  {
    preset: Type.Optional(
      Type.Unsafe<PresetName>({ ...words(PRESETS), description: 'A vendor or server of which the rest is known.' })
    ),
    baseUrl: Type.Optional(
      Type.String({ pattern: '^https?://', description: 'With the version. Needed where no preset has one.' })
    ),
    apiKey: Type.Optional(SecretString({ description: 'Left out for servers that want none.' })),
    keyHeader: Type.Optional(
      Type.String({ minLength: 1, description: 'The header of the key, if it is not sent as a bearer token.' })
    ),
    path: Type.Optional(
      Type.String({
        pattern: '^/',
        description: 'Instead of `/chat/completions`, with its query. `{model}` stands for the model.'
      })
    ),
    apiVersion: Type.Optional(
      Type.String({ minLength: 1, description: 'For Azure: the dated version, and with it the path of deployments.' })
    ),
    headers: Type.Record(word, Type.String(), { default: {}, description: 'Sent with every request.' }),
    listModels: Type.Optional(Type.Boolean({ description: 'Whether the server is asked for its models.' })),
    models: Type.Array(word, { default: [], description: 'Models to offer even if the server does not list them.' }),
    completionModels: Type.Optional(
      Type.Array(word, {
        description: 'Patterns of models with text completions of their own; `*` for all, none for a server without.'
      })
    ),
    embeddingModels: Type.Optional(
      Type.Array(word, {
        description: 'Patterns of models that make vectors; `*` for any that is asked, none for a server without.'
      })
    ),
    quirks,
    without,
    supports,
    efforts,
    rename: Type.Record(word, word, {
      default: {},
      description: "Members of the request under other names, the format's → the server's."
    }),
    modelRules: Type.Array(
      Type.Object(
        {
          models: Type.Array(word, { minItems: 1, description: 'Patterns; `*` stands for any text.' }),
          quirks,
          without,
          supports,
          efforts
        },
        { additionalProperties: false }
      ),
      { default: [], description: 'What holds for some models only. The first that fits counts.' }
    ),
    timeouts: Type.Object(
      {
        connectMs: ms('Until a connection stands.'),
        headersMs: ms('Until the head of the reply.'),
        idleMs: ms('Between two chunks of a reply.')
      },
      { additionalProperties: false, default: {}, description: 'Instead of those in the `upstream` section.' }
    )
  },
  { additionalProperties: false, examples: [{ baseUrl: 'http://127.0.0.1:8000/v1' }] }
)
