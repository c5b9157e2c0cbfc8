import type { CatalogView, GatewayView } from '@isthmus/core'
import { fakeHost, resolveOptions } from '@isthmus/core/testing'
import type { Test } from 'tap'
import surface from '../../src/index.ts'
import { Books } from './books.ts'

export const TOKEN = 'a token of sixteen and more'.replaceAll(' ', '-')

export interface AdminOptions {
  readonly books?: Books
  readonly catalog?: Partial<CatalogView>
  readonly gateway?: Partial<GatewayView>
}

/** AdminBody is what the tests read in replies. */
export interface AdminBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly code: string
    readonly param: string | null
  }
  readonly data: readonly AdminBody[]
  readonly etag: string
  readonly [member: string]: unknown
}

/** Sent is a request to the admin API. */
export interface Sent {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH' | 'OPTIONS' | 'HEAD'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** admin is the plugin on a host in memory. `ask` sends the token along. */
export async function admin(t: Test, { books = new Books(), catalog, gateway }: AdminOptions = {}) {
  const { aliases, facts } = books
  const host = fakeHost({ id: 'admin', catalog: { aliases, facts, ...catalog }, ...(gateway && { gateway }) })
  t.teardown(() => host.close())
  await surface.setup(host, resolveOptions(surface.options, { token: TOKEN }))
  const plain = async ({ method = 'GET', url, headers = {}, body }: Sent) => {
    const reply = await host.http.inject({
      method,
      url,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && {
        payload: typeof body === 'string' && body[0] === '!' ? body.slice(1) : JSON.stringify(body)
      })
    })
    const isJson = String(reply.headers['content-type'] ?? '').startsWith('application/json')
    return {
      status: reply.statusCode,
      headers: reply.headers as Readonly<Record<string, string | undefined>>,
      text: reply.body,
      body: (isJson && reply.body !== '' ? reply.json() : undefined) as AdminBody
    }
  }
  const ask = (sent: Sent) => plain({ ...sent, headers: { authorization: `Bearer ${TOKEN}`, ...sent.headers } })
  return { host, books, plain, ask }
}
