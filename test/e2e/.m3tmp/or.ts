import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import { generateText } from 'ai'
const url = process.argv[2]!, wire = process.argv[3]!
const o = createOpenRouter({ apiKey: 'x', baseURL: url + '/v1', compatibility: 'strict', fetch: async (u: any, i: any) => { console.log('>>', i.body.slice(0, 1500)); return fetch(u, i) } })
const r = await generateText({ model: o.chat(wire + '/reason:5'), maxRetries: 0, messages: [{ role: 'user', content: 'Think' }], providerOptions: { openrouter: { reasoning: { effort: 'high' } } } })
console.log(JSON.stringify(r.response.messages, null, 1))
const r2 = await generateText({ model: o.chat(wire + '/reason:5'), maxRetries: 0, messages: [{ role: 'user', content: 'Think' }, ...r.response.messages, { role: 'user', content: 'And' }], providerOptions: { openrouter: { reasoning: { effort: 'high' } } } })
console.log(r2.text)
