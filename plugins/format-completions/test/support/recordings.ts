import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Recording is one exchange that was caught between a client and a provider. */
export interface Recording {
  readonly id: string
  readonly provider: string
  readonly request: { readonly body: Readonly<Record<string, unknown>> } | null
  readonly response: {
    readonly status: number
    readonly kind: 'json' | 'sse'
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

const FOLDER = new URL('../../../../../shared/recordings/completions/', import.meta.url)

/** recordings are beside the repository, where there are any. */
export function recordings(): Recording[] {
  if (!existsSync(FOLDER)) return []
  return readdirSync(FOLDER)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recording)
}
