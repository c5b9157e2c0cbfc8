import type { Json } from './types.ts'

/** DocumentPath is a route's path as OpenAPI writes it, with its parameters. */
export interface DocumentPath {
  readonly path: string
  readonly parameters: readonly Json[]
}

const PARAMETER = /:(\w+)|\*/g

/** documentPath turns `:name` and `*` into `{name}` and `{model}`; `suffix` is what follows them in the path of one call. */
export function documentPath(path: string, suffix = ''): DocumentPath {
  const parameters: Json[] = []
  const written = path.replace(PARAMETER, (_all, name: string | undefined) => {
    parameters.push({
      name: name ?? 'model',
      in: 'path',
      required: true,
      schema: { type: 'string' },
      ...(name === undefined && { description: 'Name of a model; its slashes may be left as they are.' })
    })
    return `{${name ?? 'model'}}`
  })
  return { path: written + suffix, parameters }
}
