import { isObject } from '@isthmus/core/wire'
import type { Json } from './types.ts'

/** shapeOf describes a value by its members' types: how the document tells of what only a codec knows. */
export function shapeOf(value: unknown): Json {
  if (value === null) return {}
  if (Array.isArray(value)) return { type: 'array', items: value.length === 0 ? {} : shapeOf(value[0]) }
  if (isObject(value)) {
    const properties = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
    return { type: 'object', properties }
  }
  return { type: typeof value }
}

/** Components collects what the document refers to by name. */
export class Components {
  readonly schemas: Record<string, Json> = {}
  readonly responses: Record<string, Json> = {}

  /** schema keeps a schema under a name and gives the reference to it. */
  schema(name: string, schema: Json): Json {
    const key = componentName(name)
    this.schemas[key] ??= schema
    return { $ref: `#/components/schemas/${key}` }
  }

  /** response keeps a response under a name and gives the reference to it. */
  response(name: string, response: Json): Json {
    const key = componentName(name)
    this.responses[key] ??= response
    return { $ref: `#/components/responses/${key}` }
  }
}

/** Names of components have few characters to choose from. */
const componentName = (name: string): string => name.replace(/[^A-Za-z0-9._-]/g, '-')
