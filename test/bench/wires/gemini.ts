import { conversation, DELTAS, ID, INPUT_TOKENS, pieces, replyText, SETTINGS, type Shape } from '../content.ts'
import { END_MARK } from '../words.ts'
import { type Ask, at, joined, type WireFormat } from './wire.ts'

function body({ size }: Ask): object {
  const { system, turns, last, tools } = conversation(size)
  const user = (part: object) => ({ role: 'user', parts: [part] })
  const model = (part: object) => ({ role: 'model', parts: [part] })
  return {
    systemInstruction: { parts: [{ text: system }] },
    contents: [
      ...turns.flatMap(({ question, callId, args, result, answer }) => [
        user({ text: question }),
        model({ functionCall: { id: callId, name: 'tool_0', args } }),
        user({ functionResponse: { id: callId, name: 'tool_0', response: { output: result } } }),
        model({ text: answer })
      ]),
      user({ text: last })
    ],
    ...(tools.length > 0 && {
      tools: [
        {
          functionDeclarations: tools.map(({ name, description, schema }) => ({
            name,
            description,
            parametersJsonSchema: schema
          }))
        }
      ]
    }),
    generationConfig: { maxOutputTokens: SETTINGS.maxTokens, temperature: SETTINGS.temperature }
  }
}

/** The count of what was written so far stands in every chunk, so no two of them have the same frame. */
const chunk = (shape: Shape, text: string, n: number, finish?: string) => ({
  candidates: [
    { content: { parts: [{ text }], role: 'model' }, ...(finish !== undefined && { finishReason: finish }), index: 0 }
  ],
  usageMetadata: {
    promptTokenCount: INPUT_TOKENS,
    candidatesTokenCount: n,
    totalTokenCount: INPUT_TOKENS + n,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: INPUT_TOKENS }]
  },
  modelVersion: `bench-${shape}`,
  responseId: ID
})

const textOf = (reply: unknown): string =>
  joined(at(reply, 'candidates', 0, 'content', 'parts'), part => at(part, 'text'))

/** gemini is the Gemini API, with its streams as server-sent events. */
export const gemini: WireFormat = {
  provider: 'gemini',
  path: ({ model, stream }) =>
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  credential: 'x-goog-api-key: bench',
  body,
  whole: shape => chunk(shape, replyText(shape), DELTAS[shape], 'STOP'),
  events: shape => [
    ...pieces(shape).map((text, n) => `data: ${JSON.stringify(chunk(shape, text, n + 1))}\n\n`),
    `data: ${JSON.stringify(chunk(shape, '', DELTAS[shape], 'STOP'))}\n\n`
  ],
  eventsToText: 1,
  endOfWhole: END_MARK,
  endOfStream: '"finishReason":"STOP"',
  textOf,
  deltaOf: textOf
}
