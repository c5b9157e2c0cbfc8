import t, { type Test } from 'tap'
import { composed } from '../support/composed.ts'
import { FAMILIES, type Family, type Reading, read } from '../support/readings.ts'
import { replayed } from '../support/replayed.ts'
import { hasShared, type Recording, recordings } from '../support/shared.ts'

/*
 * What real upstreams answered, played back behind the gateway. The official client of each format reads it through the
 * gateway, and what it reads is compared with what the client of the upstream's own format reads without the gateway.
 */

const CHANNELS: Readonly<Record<Family, string>> = {
  chat: 'openai',
  responses: 'openai-responses',
  messages: 'anthropic',
  gemini: 'google'
}
const AT_ONCE = 4

type Outcome = { readonly reading: Reading } | { readonly error: Error & { readonly status?: number } }

async function attempt(family: Family, url: string, model: string, stream: boolean): Promise<Outcome> {
  try {
    return { reading: await read(family, { url, model, stream }) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** isConversation leaves out the answers of other operations. */
function isConversation({ features, request }: Recording): boolean {
  if (features.includes('count-tokens') || features.includes('compact-endpoint')) return false
  return request === null || request.method === 'POST'
}

t.setTimeout(240_000)
t.test('explore', async t => {
  const all = FAMILIES.flatMap(api => recordings(api)).filter(isConversation)
  const origin = await replayed(t, all)
  const url = `${origin}/v1`
  const gateway = await composed(t, {
    plugins: [
      { use: '../../../node_modules/.m2/ingress-responses.js' },
      { use: '@isthmus/ingress-gemini' },
      { use: '@isthmus/provider-openai', options: { apiKey: 'any', baseUrl: url } },
      { use: '../../../node_modules/.m2/provider-responses.js', options: { apiKey: 'any', baseUrl: url } },
      { use: '@isthmus/provider-anthropic', options: { apiKey: 'any', baseUrl: origin } },
      { use: '@isthmus/provider-gemini', id: 'google', options: { apiKey: 'any', baseUrl: origin } }
    ]
  })
  const left = [...all]
  const out: unknown[] = []
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { id, stream, api, response, features } = next
      const own = await attempt(api as Family, origin, id, stream)
      const row: Record<string, unknown> = { id, api, stream, status: response.status, features, own: show(own) }
      for (const to of FAMILIES) row[to] = show(await attempt(to, gateway.url, `${CHANNELS[api as Family]}/${id}`, stream))
      out.push(row)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  const { writeFileSync } = await import('node:fs')
  writeFileSync('/tmp/m2-out.json', JSON.stringify(out))
  writeFileSync('/tmp/m2-log.json', gateway.logged.filter(l => Number(l.level) > 30).map(l => JSON.stringify(l)).join('\n'))
})
const show = (outcome: Outcome) => 'reading' in outcome ? outcome.reading : { error: outcome.error.constructor.name, status: outcome.error.status, message: outcome.error.message }
