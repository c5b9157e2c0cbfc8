import type { Json } from './types.ts'

/** DocumentPath is a route's path as OpenAPI writes it, with its parameters. */
export interface DocumentPath {
  readonly path: string
  readonly parameters: readonly Json[]
}

const PARAMETER = /:(\w+)|\*/g

/**
 * documentPath turns `:name` and `*` into `{name}` and `{model}`; `suffix` is what follows them in the path of one call.
 * A route may say in its schema what its `*` is: its title is the name then.
 */
export function documentPath(path: string, suffix = '', params?: Json): DocumentPath {
  const rest = (params?.properties as Readonly<Record<string, Json>> | undefined)?.['*']
  const { title = 'model', description = 'Name of a model; its slashes may be left as they are.' } = rest ?? {}
  const parameters: Json[] = []
  const written = path.replace(PARAMETER, (_all, own: string | undefined) => {
    const name = own ?? String(title)
    parameters.push({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
      ...(own === undefined && { description })
    })
    return `{${name}}`
  })
  return { path: written + suffix, parameters }
}
