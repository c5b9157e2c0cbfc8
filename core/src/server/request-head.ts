import type { FastifyRequest } from 'fastify'
import type { HeaderMap, RequestHead } from '../contract/index.ts'

const NONE: Readonly<Record<string, string>> = Object.freeze({})

/** requestHead reads what is known of a request before its body. The server's base path is cut off by then. */
export function requestHead(request: FastifyRequest): RequestHead {
  const { raw } = request
  const url = raw.url ?? '/'
  const mark = url.indexOf('?')
  return {
    method: raw.method ?? 'GET',
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? NONE : firstValues(request.query as Record<string, string | string[]>),
    params: (request.params as Record<string, string> | undefined) ?? NONE,
    headers: headerMap(raw.headers)
  }
}

const SHOWN = 200

/** shownPath is the path as messages show it: without the query, which may hold a key, and not too long. */
export const shownPath = (url: string): string => (url.split('?', 1)[0] ?? '').slice(0, SHOWN)

/** firstValues takes the first of several values under one name. */
function firstValues(query: Readonly<Record<string, string | string[]>>): Record<string, string> {
  const values: Record<string, string> = {}
  for (const name of Object.keys(query)) {
    const value = query[name]
    const text = Array.isArray(value) ? value[0] : value
    if (text !== undefined) Object.defineProperty(values, name, { value: text, enumerable: true })
  }
  return values
}

/** headerMap: node joins repeated headers with a comma itself; only `set-cookie`, which no request has by right, is a list. */
function headerMap(headers: Readonly<Record<string, string | string[] | undefined>>): HeaderMap {
  if (headers['set-cookie'] === undefined) return headers as HeaderMap
  const { 'set-cookie': cookies, ...rest } = headers
  return { ...rest, 'set-cookie': String(cookies) } as HeaderMap
}
