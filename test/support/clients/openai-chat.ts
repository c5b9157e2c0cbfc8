import OpenAI from 'openai'
import type { ChatCompletionContentPart } from 'openai/resources/chat/completions'
import { CITY_SCHEMA, CLOCK, PIXEL, WEATHER } from '../simulated.ts'
import { type Asked, answerTool, CLASSES, type ClientOf, PAGE } from './client.ts'

/** Reasoned is the member that the client passes on without knowing it. */
interface Reasoned {
  readonly reasoning?: string
}

/** openaiChat is the official client of OpenAI, over Chat Completions. */
export const openaiChat: ClientOf = gateway => {
  const openai = gateway.openai()
  const { completions } = openai.chat

  async function complete(asked: Asked, messages: OpenAI.ChatCompletionMessageParam[]) {
    const body = { ...bodyOf(asked), messages }
    if (!asked.stream) {
      const reply = await completions.create(body)
      return { reply, reasoning: (reply.choices[0]?.message as Reasoned | undefined)?.reasoning ?? '' }
    }
    // The client keeps the last piece of a member that it does not know, and gives all of them to whoever listens.
    let reasoning = ''
    const stream = completions.stream({ ...body, stream_options: { include_usage: true } })
    stream.on('chunk', ({ choices }) => {
      reasoning += (choices[0]?.delta as Reasoned | undefined)?.reasoning ?? ''
    })
    return { reply: await stream.finalChatCompletion(), reasoning }
  }

  return {
    name: 'openai, Chat Completions',
    ingress: 'chat-completions',
    finishes: { stop: 'stop', length: 'length' },
    reasons: true,
    classes: CLASSES,
    async ask(asked) {
      const {
        reply: { choices, usage },
        reasoning
      } = await complete(asked, messagesOf(asked))
      return {
        text: choices[0]?.message.content ?? '',
        reasoning,
        finish: choices[0]?.finish_reason ?? '',
        input: usage?.prompt_tokens ?? 0,
        output: usage?.completion_tokens ?? 0
      }
    },
    async loop(asked, next) {
      const called: string[] = []
      const tool = (name: string, parameters: object) => ({
        type: 'function' as const,
        function: {
          name,
          description: `The ${name}.`,
          parameters: { ...parameters },
          parse: JSON.parse as (text: string) => object,
          function: (args: object) => answerTool(called, name, args)
        }
      })
      const body = {
        ...bodyOf(asked),
        messages: messagesOf(asked),
        tools: [tool('weather', WEATHER), tool('clock', CLOCK)]
      }
      const runner = asked.stream ? completions.runTools({ ...body, stream: true }) : completions.runTools(body)
      const text = (await runner.finalContent()) ?? ''
      if (next === undefined) return { text, called }
      const { reply } = await complete(asked, [...runner.messages, { role: 'user', content: next }])
      return { text, called, after: reply.choices[0]?.message.content ?? '' }
    },
    async talk(asked, next) {
      const messages = messagesOf(asked)
      const { reply } = await complete(asked, messages)
      const answered = reply.choices[0]?.message as OpenAI.ChatCompletionMessageParam
      const again = await complete(asked, [...messages, answered, { role: 'user', content: next }])
      return again.reply.choices[0]?.message.content ?? ''
    },
    async hear(asked, heard, signal) {
      const body = { ...bodyOf(asked), messages: messagesOf(asked), stream: true as const }
      const stream = await completions.create(body, signal && { signal })
      for await (const { choices } of stream) heard(choices[0]?.delta.content ?? '')
    },
    async complete({ model, prompt, stream }) {
      if (!stream) return (await openai.completions.create({ model, prompt })).choices[0]?.text ?? ''
      let text = ''
      for await (const { choices } of await openai.completions.create({ model, prompt, stream })) {
        text += choices[0]?.text ?? ''
      }
      return text
    },
    async embed(model, texts) {
      const { data } = await openai.embeddings.create({ model, input: [...texts] })
      return data.map(({ embedding }) => embedding)
    },
    async models() {
      const ids: string[] = []
      for await (const { id } of openai.models.list()) ids.push(id)
      return ids
    },
    statusOf: error => (error instanceof OpenAI.APIError ? error.status : undefined)
  }
}

function bodyOf({ model, city, think, maxTokens }: Asked) {
  const json_schema = { name: 'city', strict: true, schema: { ...CITY_SCHEMA } }
  return {
    model,
    ...(city && { response_format: { type: 'json_schema' as const, json_schema } }),
    // The way of OpenRouter's clients, in which the reasoning comes back as well.
    ...(think && { reasoning: { effort: 'high' } }),
    ...(maxTokens !== undefined && { max_completion_tokens: maxTokens })
  }
}

function messagesOf({ system, prompt, attached }: Asked): OpenAI.ChatCompletionMessageParam[] {
  const content: ChatCompletionContentPart[] = [{ type: 'text', text: prompt }]
  if (attached === 'image') content.push({ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } })
  if (attached === 'file') {
    content.push({ type: 'file', file: { filename: 'page.pdf', file_data: `data:application/pdf;base64,${PAGE}` } })
  }
  return [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    { role: 'user', content: attached === undefined ? prompt : content }
  ]
}
