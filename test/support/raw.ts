import type { PluginEntry } from '@isthmus/core'
import { use } from '@isthmus/core'
import chatIngress from '@isthmus/ingress-chat-completions'
import completionsIngress from '@isthmus/ingress-completions'
import embeddingsIngress from '@isthmus/ingress-embeddings'
import geminiIngress from '@isthmus/ingress-gemini'
import messagesIngress from '@isthmus/ingress-messages'
import responsesIngress from '@isthmus/ingress-responses'
import simulator from '@isthmus/provider-simulator'
import type { Test } from 'tap'
import { type Rig, type RigOptions, rig } from '../../core/test/server/support/rig.ts'

/* Requests and answers as they stand on the wire, where a client would hide what matters. */

/** FORMATS are the formats of conversations, and what the simulator is called that speaks each to the gateway. */
export const FORMATS = ['chat', 'responses', 'messages', 'gemini'] as const
export type Format = (typeof FORMATS)[number]
export const CHANNELS = ['simulator', 'simulator-responses', 'simulator-messages', 'simulator-gemini'] as const

const INGRESSES: readonly PluginEntry[] = [
  use(chatIngress),
  use(responsesIngress),
  use(messagesIngress),
  use(geminiIngress),
  use(completionsIngress),
  use(embeddingsIngress)
]
const SIMULATORS: readonly PluginEntry[] = [
  use(simulator, { options: { tokenDelayMs: 0 } }),
  use(simulator, { id: 'simulator-responses', options: { wire: 'responses', tokenDelayMs: 0 } }),
  use(simulator, { id: 'simulator-messages', options: { wire: 'messages', tokenDelayMs: 0 } }),
  use(simulator, { id: 'simulator-gemini', options: { wire: 'gemini', tokenDelayMs: 0 } })
]

/** everything is a gateway in this process with every ingress, and the simulator over every wire. */
export function everything(t: Test, options: Pick<RigOptions, 'server' | 'middleware'> = {}): Promise<Rig> {
  const server = { bodyLimitBytes: 1 << 20, ...options.server }
  return rig(t, { ...options, server, ingresses: INGRESSES, plugins: SIMULATORS })
}

/** Raw is a reply with its body read. */
export interface Raw {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON. */
  readonly json: Json
}
/** Json is an object of a body, of which the test knows what it looks for. */
export type Json = Record<string, unknown>

export interface Posted {
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
}

/** send posts a body, or asks with another method where there is none. */
export async function send(url: string, body?: Json, { headers = {}, method }: Posted = {}): Promise<Raw> {
  const reply = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  const text = await reply.text()
  return {
    status: reply.status,
    headers: reply.headers,
    text,
    get json() {
      return JSON.parse(text) as Json
    }
  }
}

export interface Question {
  readonly stream?: boolean
  readonly prompt?: string
  /** More members of the body. */
  readonly more?: Json
}

/** question writes a question in a format: where it goes, and its body. */
export function question(format: Format, model: string, { stream = false, prompt = 'Hi', more }: Question = {}) {
  const messages = [{ role: 'user', content: prompt }]
  switch (format) {
    case 'chat':
      return { path: '/v1/chat/completions', body: { model, stream, messages, ...more } }
    case 'responses':
      return { path: '/v1/responses', body: { model, stream, store: false, input: prompt, ...more } }
    case 'messages':
      return { path: '/v1/messages', body: { model, stream, max_tokens: 4000, messages, ...more } }
    case 'gemini': {
      const verb = stream ? 'streamGenerateContent?alt=sse' : 'generateContent'
      return { path: `/v1beta/models/${model}:${verb}`, body: { contents: [{ parts: [{ text: prompt }] }], ...more } }
    }
  }
}

/** ask asks in a format. */
export function ask({ url }: Rig, format: Format, model: string, more: Question & Posted = {}): Promise<Raw> {
  const { path, body } = question(format, model, more)
  return send(url + path, body, more)
}

/** said is the text of a whole answer. */
export function said(format: Format, { json }: Raw): string {
  switch (format) {
    case 'chat':
      return String(dig(json, 'choices', 0, 'message', 'content') ?? '')
    case 'responses':
      return list(json, 'output')
        .flatMap(item => list(item, 'content'))
        .map(({ text }) => text ?? '')
        .join('')
    case 'messages':
      return list(json, 'content')
        .map(({ text }) => text ?? '')
        .join('')
    case 'gemini':
      return list(json, 'candidates', 0, 'content', 'parts')
        .map(({ text, thought }) => (thought ? '' : (text ?? '')))
        .join('')
  }
}

/** Frame is one event of a stream. */
export interface Frame {
  readonly event: string | undefined
  readonly data: Json
}

/** framesOf reads a stream strictly: only events that end in a blank line, each of one line of data. */
export function framesOf(text: string): readonly Frame[] {
  if (!text.endsWith('\n\n')) throw new Error(`the stream ends within an event: ${JSON.stringify(text.slice(-80))}`)
  return text
    .slice(0, -2)
    .split('\n\n')
    .filter(frame => !frame.startsWith(':') && frame !== 'data: [DONE]')
    .map(frame => {
      const [, event, data] = /^(?:event: (.*)\n)?data: (.*)$/.exec(frame) ?? []
      if (data === undefined) throw new Error(`no event: ${JSON.stringify(frame)}`)
      return { event, data: JSON.parse(data) as Json }
    })
}

/** dig goes down into a value by names and places. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value
  for (const step of path) at = (at as Record<string | number, unknown> | null | undefined)?.[step]
  return at
}

/** list digs for a list of objects; what is not there is an empty one. */
export const list = (value: unknown, ...path: readonly (string | number)[]): readonly Json[] =>
  (dig(value, ...path) as readonly Json[] | undefined) ?? []
