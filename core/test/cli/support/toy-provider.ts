import { Type } from 'typebox'
import { defineProvider, providerFrom, SecretString, type UpstreamRequest } from '../../../src/index.ts'
import { tiny } from '../../pipeline/support/tiny-format.ts'

const frame = (value: unknown) => new TextEncoder().encode(`data: ${JSON.stringify(value)}\n\n`)

async function* reply(request: UpstreamRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield frame({ say: 'hello' })
  if (String(request.body).includes('"hold"')) {
    // A signal alone does not keep a process alive, and a listening server does.
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  }
  yield frame({ say: ' world', done: true })
}

export default defineProvider({
  name: 'toy',
  api: 1,
  summary: 'For tests.',
  stability: 'experimental',
  options: Type.Object(
    { apiKey: Type.Optional(SecretString()), fail: Type.Boolean({ default: false }) },
    { additionalProperties: false }
  ),
  setup(_host, options) {
    if (options.fail) throw new Error('no luck')
    return providerFrom(tiny(), {
      baseUrl: 'http://127.0.0.1',
      path: '/',
      known: [{ id: 'say' }, { id: 'hold' }],
      send: async (request: UpstreamRequest, signal: AbortSignal) => ({
        head: { status: 200, headers: { 'content-type': 'text/event-stream' } },
        body: reply(request, signal)
      })
    })
  }
})
