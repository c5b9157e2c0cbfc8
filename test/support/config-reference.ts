import type { TObject, TSchema } from 'typebox'
import { describeShape } from '../../core/src/config/describe-shape.ts'
import { ConfigSchema, PluginEntrySchema } from '../../core/src/config/schema.ts'
import type { Shape } from '../../core/src/config/shape.ts'

/** configReference writes the tables of `core/docs/config.md`: every member of the config, from the schema. */
export function configReference(): string {
  const parts: string[] = []
  const top: Record<string, Shape> = {}
  for (const [name, shape] of Object.entries((ConfigSchema as TObject as Shape).properties ?? {})) {
    if (shape.properties === undefined) top[name] = shape
    else parts.push(`### ${name}`, ...(shape.description ? [shape.description] : []), schemaTable(shape as TSchema))
  }
  parts.push('### Lists', schemaTable({ type: 'object', properties: top } as TSchema))
  parts.push('### An entry of `plugins`', schemaTable(PluginEntrySchema))
  return parts.join('\n\n')
}

/** schemaTable writes a Markdown table of an object schema's members; nested ones stand under dotted names. */
export function schemaTable(schema: TSchema): string {
  const lines = ['| member | expected | default | |', '| --- | --- | --- | --- |']
  for (const [name, shape, required] of rows(schema as Shape, '', true)) {
    lines.push(
      `| \`${name}\` | ${cell(expected(shape))} | ${cell(defaultOf(shape, required))} | ${cell(shape.description ?? '')} |`
    )
  }
  return lines.join('\n')
}

type Row = readonly [name: string, shape: Shape, required: boolean]

function rows(shape: Shape, prefix: string, present: boolean): Row[] {
  const members = Object.entries(shape.properties ?? {})
  const same = members.length > 1 && new Set(members.map(([, member]) => JSON.stringify(member))).size === 1
  if (same) return [[`${prefix}<name>`, members[0]![1], false]]
  return members.flatMap(([name, member]) => {
    const required = present && (shape.required ?? []).includes(name)
    if (member.properties === undefined) return [[`${prefix}${name}`, member, required] as const]
    const inner = rows(member, `${prefix}${name}.`, required || member.default !== undefined)
    return member.description === undefined ? inner : [[`${prefix}${name}`, member, required] as const, ...inner]
  })
}

function expected(shape: Shape): string {
  if (shape['x-secret'] === true) return 'a secret'
  const named =
    shape.patternProperties ??
    (typeof shape.additionalProperties === 'object' ? { '': shape.additionalProperties } : undefined)
  const members = named === undefined ? undefined : describeShape(Object.values(named)[0])
  const words = describeShape(shape) ?? 'see there'
  return members === undefined ? words : `${words}; each member: ${members}`
}

function defaultOf(shape: Shape, required: boolean): string {
  if (shape.default !== undefined) return `\`${JSON.stringify(shape.default)}\``
  return required ? 'required' : ''
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
