import OpenAI from 'openai'
import type {
  FunctionTool,
  Response,
  ResponseInput,
  ResponseInputContent,
  ResponseInputItem
} from 'openai/resources/responses/responses'
import { CITY_SCHEMA, CLOCK, PIXEL, WEATHER } from '../simulated.ts'
import { type Asked, answerTool, CLASSES, type ClientOf, PAGE } from './client.ts'

const TOOLS: FunctionTool[] = [
  { type: 'function', name: 'weather', description: 'The weather.', parameters: { ...WEATHER }, strict: true },
  { type: 'function', name: 'clock', description: 'The clock.', parameters: { ...CLOCK }, strict: true }
]

/** openaiResponses is the official client of OpenAI, over Responses. */
export const openaiResponses: ClientOf = gateway => {
  const openai = gateway.openai()

  async function respond(asked: Asked, input: ResponseInput, tools: FunctionTool[] = []): Promise<Response> {
    const body = { ...bodyOf(asked), input, ...(tools.length > 0 && { tools }) }
    return asked.stream ? openai.responses.stream(body).finalResponse() : openai.responses.create(body)
  }

  return {
    name: 'openai, Responses',
    ingress: 'responses',
    finishes: { stop: 'completed', length: 'max_output_tokens' },
    reasons: true,
    classes: CLASSES,
    async ask(asked) {
      const { output, output_text, usage, status, incomplete_details } = await respond(asked, inputOf(asked))
      const summaries = output.flatMap(item => (item.type === 'reasoning' ? item.summary : []))
      return {
        text: output_text,
        reasoning: summaries.map(({ text }) => text).join(''),
        finish: incomplete_details?.reason ?? status ?? '',
        input: usage?.input_tokens ?? 0,
        output: usage?.output_tokens ?? 0
      }
    },
    async loop(asked, next) {
      const called: string[] = []
      const input = inputOf(asked)
      for (;;) {
        const { output, output_text } = await respond(asked, input, TOOLS)
        const calls = output.filter(item => item.type === 'function_call')
        input.push(...(output as ResponseInputItem[]))
        if (calls.length === 0) {
          if (next === undefined) return { text: output_text, called }
          const after = await respond(asked, [...input, { role: 'user', content: next }])
          return { text: output_text, called, after: after.output_text }
        }
        for (const { name, call_id, arguments: args } of calls) {
          input.push({ type: 'function_call_output', call_id, output: answerTool(called, name, JSON.parse(args)) })
        }
      }
    },
    async talk(asked, next) {
      const input = inputOf(asked)
      const { output } = await respond(asked, input)
      const again = [...input, ...(output as ResponseInputItem[]), { role: 'user' as const, content: next }]
      return (await respond(asked, again)).output_text
    },
    async hear(asked, heard, signal) {
      const body = { ...bodyOf(asked), input: inputOf(asked), stream: true as const }
      const stream = await openai.responses.create(body, signal && { signal })
      for await (const event of stream) if (event.type === 'response.output_text.delta') heard(event.delta)
    },
    async count({ model, prompt }) {
      return (await openai.responses.inputTokens.count({ model, input: prompt })).input_tokens
    },
    statusOf: error => (error instanceof OpenAI.APIError ? error.status : undefined)
  }
}

function bodyOf({ model, city, think, maxTokens, system }: Asked) {
  const format = { type: 'json_schema' as const, name: 'city', strict: true, schema: { ...CITY_SCHEMA } }
  return {
    model,
    store: false,
    ...(system !== undefined && { instructions: system }),
    ...(city && { text: { format } }),
    ...(think && {
      reasoning: { effort: 'high' as const, summary: 'auto' as const },
      include: ['reasoning.encrypted_content' as const]
    }),
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens })
  }
}

function inputOf({ prompt, attached }: Asked): ResponseInput {
  if (attached === undefined) return [{ role: 'user', content: prompt }]
  const media: ResponseInputContent =
    attached === 'image'
      ? { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'auto' }
      : { type: 'input_file', filename: 'page.pdf', file_data: `data:application/pdf;base64,${PAGE}` }
  return [{ role: 'user', content: [{ type: 'input_text', text: prompt }, media] }]
}
