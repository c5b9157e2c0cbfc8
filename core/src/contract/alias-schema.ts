import { Type } from 'typebox'
import type { Alias, AliasText } from './models.ts'

const name = Type.String({ minLength: 1, maxLength: 256 })

const AliasTargetSchema = Type.Object(
  {
    model: name,
    weight: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'Its share among the targets that have one.' })
    ),
    when: Type.Optional(
      Type.Object(
        {
          contextAbove: Type.Optional(
            Type.Integer({ minimum: 0, description: 'Only for an input of more tokens than this, by estimate.' })
          ),
          groups: Type.Optional(
            Type.Array(Type.String({ minLength: 1 }), { minItems: 1, description: 'Only for callers of these groups.' })
          )
        },
        { additionalProperties: false }
      )
    )
  },
  { additionalProperties: false }
)

const TargetsSchema = Type.Array(Type.Union([name, AliasTargetSchema]), { minItems: 1, maxItems: 100 })

const WholeAliasSchema = Type.Object(
  {
    description: Type.Optional(Type.String({ maxLength: 1000 })),
    targets: TargetsSchema,
    sticky: Type.Optional(
      Type.Enum(['user', 'session'], { description: 'The same user, or session, gets the same target.' })
    ),
    defaults: Type.Optional(
      Type.Object(
        {
          temperature: Type.Optional(Type.Number({ minimum: 0 })),
          effort: Type.Optional(Type.String({ minLength: 1, description: 'Reasoning effort.' })),
          maxOutputTokens: Type.Optional(Type.Integer({ minimum: 1 })),
          strategy: Type.Optional(Type.String({ minLength: 1 })),
          gaps: Type.Optional(Type.Enum(['reject', 'report', 'emulate']))
        },
        { additionalProperties: false, description: 'What holds where the client says nothing.' }
      )
    ),
    fallbacks: Type.Optional(Type.Array(name, { maxItems: 100, description: 'Tried after the targets.' })),
    dormant: Type.Optional(Type.Boolean({ description: 'It may name models that do not exist yet.' }))
  },
  { additionalProperties: false }
)

/** AliasSchema is an alias as people write it: a target, several in order of preference, or all that it may have. */
export const AliasSchema = Type.Union([name, TargetsSchema, WholeAliasSchema], {
  title: 'a name, a list of targets or an object with `targets`'
})

/** toAlias gives the long form of what was written. */
export function toAlias(written: AliasText): Alias {
  if (typeof written === 'string') return { targets: [written] }
  return 'targets' in written ? written : { targets: written }
}
