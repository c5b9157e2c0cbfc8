import { existsSync, readdirSync, readFileSync } from 'node:fs'

/*
 * Real traffic that is kept beside the checkout and is no part of it. Tests over it pass, and say so, where it is absent.
 */

const shared = new URL('../../../shared/', import.meta.url)

/** hasShared tells whether a folder of the real traffic is there. */
export const hasShared = (folder: string): boolean => existsSync(new URL(`${folder}/`, shared))

/** Recording is one real exchange with an upstream. */
export interface Recording {
  readonly id: string
  readonly api: string
  /** Who answered. */
  readonly provider: string
  readonly stream: boolean
  readonly model: string
  readonly features: readonly string[]
  /** Some were kept without it. */
  readonly request: {
    readonly method: string
    readonly path: string
    readonly body: Readonly<Record<string, unknown>> | null
  } | null
  readonly response: {
    readonly status: number
    readonly kind: 'json' | 'sse' | 'text'
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

/** isConversation tells an answer to a conversation from those of the other routes of the same API. */
export function isConversation({ features, request }: Recording): boolean {
  const others = ['count-tokens', 'compact-endpoint'].some(feature => features.includes(feature))
  return !others && (request === null || request.method === 'POST')
}

/** recordings reads all exchanges of one API. */
export function recordings(api: string): readonly Recording[] {
  const folder = new URL(`recordings/${api}/`, shared)
  return readdirSync(folder)
    .sort()
    .map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recording)
}

/** Capture is one real request of a client. */
export interface Capture {
  /** `client/file`. */
  readonly name: string
  readonly client: string
  readonly what: string
  readonly answered: number
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: Readonly<Record<string, unknown>> | null
  }
}

/** captures reads all requests of all clients. A long text that stands for an earlier one is replaced by that. */
export function captures(): readonly Capture[] {
  const root = new URL('clients/captures/', shared)
  return readdirSync(root)
    .sort()
    .flatMap(client => {
      const files = new Map<string, Capture>()
      for (const file of readdirSync(new URL(`${client}/`, root)).sort()) {
        const raw = JSON.parse(readFileSync(new URL(`${client}/${file}`, root), 'utf8')) as Capture
        files.set(file, { ...(expand(raw, files) as Capture), name: `${client}/${file}` })
      }
      return [...files.values()]
    })
}

const SAME = /^\[the same (\d+) characters as in (.+)\]$/

type Path = readonly string[]

function expand(value: unknown, files: ReadonlyMap<string, Capture>, path: Path = []): unknown {
  if (typeof value === 'string') {
    const [, length, file = ''] = SAME.exec(value) ?? []
    if (length === undefined) return value
    const earlier = files.get(file)
    // Where something in it was replaced later, its length is another: then it is the one in the same place.
    return find(earlier?.request.body, Number(length)) ?? at(earlier, path)
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item, index) => expand(item, files, [...path, String(index)]))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expand(item, files, [...path, key])]))
}

function at(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return value
  return typeof value === 'object' && value !== null ? at((value as Record<string, unknown>)[key], rest) : undefined
}

/** find looks for the value whose JSON has that many characters. */
function find(value: unknown, length: number): unknown {
  if ([...(JSON.stringify(value) ?? '')].length === length) return value
  if (typeof value !== 'object' || value === null) return undefined
  for (const item of Object.values(value)) {
    const found = find(item, length)
    if (found !== undefined) return found
  }
  return undefined
}
