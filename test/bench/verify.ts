import { FORMATS, type Wire } from './wires/index.ts'
import type { Loose } from './wires/wire.ts'

/** readText takes the text out of a reply's body, whole or streamed, so that a variant which loses some is found. */
export function readText(wire: Wire, stream: boolean, body: string): string {
  const { textOf, deltaOf } = FORMATS[wire]
  if (!stream) return textOf(JSON.parse(body) as Loose)
  let all = ''
  for (const line of body.split('\n')) {
    if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
    all += deltaOf(JSON.parse(line.slice(6)) as Loose)
  }
  return all
}
