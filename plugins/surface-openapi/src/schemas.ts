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

  /** named keeps a schema like {@link schema}, and those within it that have a title under names of their own. */
  named(name: string, family: string, schema: Json): Json {
    return this.schema(name, this.#withNames(family, schema) as Json)
  }

  #withNames(family: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map(entry => this.#withNames(family, entry))
    if (!isObject(value)) return value
    const made = Object.fromEntries(Object.entries(value).map(([name, at]) => [name, this.#withNames(family, at)]))
    return typeof made.title === 'string' ? this.#titled(`${family}.${made.title}`, made) : made
  }

  /** Two schemas of one title that say different things get a number each. */
  #titled(title: string, schema: Json): Json {
    const text = JSON.stringify(schema)
    let name = title
    for (let n = 2; this.schemas[componentName(name)] !== undefined; n++) {
      if (JSON.stringify(this.schemas[componentName(name)]) === text) break
      name = `${title}.${n}`
    }
    return this.schema(name, schema)
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
