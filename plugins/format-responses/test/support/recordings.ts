import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Recording is one exchange that was caught between a client and a provider. */
export interface Recording {
  readonly id: string
  readonly provider: string
  readonly model: string | null
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown } | null
  readonly response: {
    readonly status: number
    readonly kind: 'json' | 'sse' | 'text'
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

const SHARED = new URL('../../../../../shared/', import.meta.url)
const FOLDER = new URL('recordings/responses/', SHARED)
const CAPTURES = new URL('clients/captures/', SHARED)

/** Capture is a request as a real client sent it. */
export interface Capture {
  readonly client: string
  readonly what: string
  readonly request: { readonly method: string; readonly url: string; readonly body: unknown }
}

/** captures are the requests of real clients to this format's route, where there are any beside the repository. */
export function captures(): Capture[] {
  if (!existsSync(CAPTURES)) return []
  return readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(new URL(name, CAPTURES), 'utf8')) as Capture)
    .filter(({ request }) => request?.method === 'POST' && /\/responses(\?|$)/.test(request.url))
}

/** recordings are beside the repository, where there are any. */
export function recordings(): Recording[] {
  if (!existsSync(FOLDER)) return []
  return readdirSync(FOLDER)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recording)
}
