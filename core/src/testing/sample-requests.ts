import { type Feature, type FunctionTool, featuresOf, type GenerateRequest, type Part } from '../ir/index.ts'
import { deepFreeze } from './case.ts'

/** SampleRequest is a request the cases send through a codec, with the features it needs. */
export interface SampleRequest {
  readonly name: string
  readonly features: ReadonlySet<Feature>
  readonly request: GenerateRequest
}

/** PIXEL is the smallest image that passes for one: a PNG of one pixel, base64. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const text = (value: string): Part => ({ type: 'text', text: value })

export const WEATHER_TOOL: FunctionTool = {
  type: 'function',
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city'],
    additionalProperties: false
  }
}
export const CLOCK_TOOL: FunctionTool = {
  type: 'function',
  name: 'get_time',
  description: 'Tells the time of day.',
  schema: { type: 'object', properties: {} }
}

/** requestWith makes a request that asks one short question, with some members replaced. */
export function requestWith(changes: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    op: 'generate',
    model: 'kit-model',
    messages: [{ role: 'user', parts: [text('Name one colour of the sea.')] }],
    tools: [],
    sampling: {},
    output: {},
    reply: { stream: false },
    ingress: { format: 'kit' },
    ...changes
  }
}

const REQUESTS: Readonly<Record<string, () => GenerateRequest>> = {
  'one question': () => requestWith(),
  'a streamed question': () => requestWith({ reply: { stream: true, includeUsage: true } }),
  'an instruction and settings': () =>
    requestWith({
      messages: [
        { role: 'system', parts: [text('Answer like a lighthouse keeper.')] },
        { role: 'user', parts: [text('How high are the waves today?')] }
      ],
      sampling: { temperature: 0.25, topP: 0.75 },
      output: { maxTokens: 512, stop: ['HALT', '\n\nEND'] }
    }),
  'a conversation in many scripts': () =>
    requestWith({
      messages: [
        { role: 'user', parts: [text('Grüße, 世界! 👩‍👩‍👧‍👦 e\u0301 שלום \u2028 "quoted" \\ back\tslash')] },
        { role: 'assistant', parts: [text('Ça va — 𝒃𝒊𝒆𝒏 🎉')] },
        { role: 'user', parts: [text('續けて')] }
      ]
    }),
  'a tool offered': () => requestWith({ tools: [WEATHER_TOOL], toolChoice: { type: 'auto' } }),
  'a tool demanded': () =>
    requestWith({ tools: [WEATHER_TOOL, CLOCK_TOOL], toolChoice: { type: 'one', name: 'get_time', kind: 'function' } }),
  'parallel calls and their results': () =>
    requestWith({
      tools: [WEATHER_TOOL, CLOCK_TOOL],
      messages: [
        { role: 'user', parts: [text('Weather in Brest and Kiel, and the time?')] },
        {
          role: 'assistant',
          parts: [
            text('I will look.'),
            { type: 'tool_call', id: 'call_a1', name: 'get_weather', kind: 'function', argsText: '{"city":"Brest"}' },
            { type: 'tool_call', id: 'call_b2', name: 'get_weather', kind: 'function', argsText: '{"city":"Kiel"}' },
            { type: 'tool_call', id: 'call_c3', name: 'get_time', kind: 'function', argsText: '{}' }
          ]
        },
        {
          role: 'tool',
          parts: [
            { type: 'tool_result', callId: 'call_a1', content: [text('Drizzle over Brest.')] },
            { type: 'tool_result', callId: 'call_b2', content: [text('Gale over Kiel.')] },
            { type: 'tool_result', callId: 'call_c3', content: [text('Half past nine.')] }
          ]
        }
      ]
    }),
  'a failed call': () =>
    requestWith({
      tools: [CLOCK_TOOL],
      messages: [
        { role: 'user', parts: [text('What time is it?')] },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_d4', name: 'get_time', kind: 'function', argsText: '{}' }]
        },
        {
          role: 'tool',
          parts: [{ type: 'tool_result', callId: 'call_d4', content: [text('The clock has stopped.')], isError: true }]
        }
      ]
    }),
  'an image inline': () =>
    requestWith({
      messages: [
        {
          role: 'user',
          parts: [
            text('Look at this:'),
            { type: 'image', source: { kind: 'inline', mime: 'image/png', data: PIXEL } },
            text('What is it?')
          ]
        }
      ]
    }),
  'an image by URL': () =>
    requestWith({
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'image', source: { kind: 'url', url: 'https://images.example/boat.png' } },
            text('Describe the boat.')
          ]
        }
      ]
    }),
  'reasoning sent back': () =>
    requestWith({
      messages: [
        { role: 'user', parts: [text('Is 91 a prime?')] },
        {
          role: 'assistant',
          parts: [
            {
              type: 'reasoning',
              text: 'Seven times thirteen.',
              hidden: false,
              seal: {
                kind: 'signature',
                data: 'c2VhbGVk',
                issuer: { provider: 'kit', modelFamily: 'kit', format: 'kit-reasoning-v1' }
              }
            },
            text('No.')
          ]
        },
        { role: 'user', parts: [text('And 97?')] }
      ]
    }),
  'an answer by schema': () =>
    requestWith({
      output: {
        format: {
          type: 'json_schema',
          name: 'colour',
          schema: {
            type: 'object',
            properties: { colour: { type: 'string' } },
            required: ['colour'],
            additionalProperties: false
          },
          strict: true
        }
      }
    }),
  'two answers': () => requestWith({ output: { n: 2 } }),
  'a seed': () => requestWith({ sampling: { seed: 4711 } })
}

/** sampleRequests are the requests that the cases use: frozen, so that an encoder that edits them fails. */
export function sampleRequests(): readonly SampleRequest[] {
  return Object.entries(REQUESTS).map(([name, make]) => {
    const request = deepFreeze(make())
    return { name, features: featuresOf(request), request }
  })
}

/** textsOf lists the texts of a request that must reach the model, whatever the wire: turns and tool results. */
export function textsOf(request: GenerateRequest): readonly string[] {
  const texts: string[] = []
  const visit = (part: Part): void => {
    if (part.type === 'text') texts.push(part.text)
    if (part.type === 'tool_result') part.content.forEach(visit)
  }
  for (const message of request.messages) message.parts.forEach(visit)
  return texts
}
