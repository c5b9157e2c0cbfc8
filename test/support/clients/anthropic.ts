import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import type { ContentBlockParam, Message, MessageParam } from '@anthropic-ai/sdk/resources/messages'
import { CITY_SCHEMA, CLOCK, PIXEL, WEATHER } from '../simulated.ts'
import { type Asked, answerTool, CLASSES, type ClientOf, PAGE } from './client.ts'

/** anthropicMessages is the official client of Anthropic. */
export const anthropicMessages: ClientOf = gateway => {
  const anthropic = gateway.anthropic()
  const answer = (asked: Asked, messages: MessageParam[]): Promise<Message> =>
    asked.stream
      ? anthropic.messages.stream({ ...bodyOf(asked), messages }).finalMessage()
      : anthropic.messages.create({ ...bodyOf(asked), messages })

  return {
    name: '@anthropic-ai/sdk',
    ingress: 'messages',
    finishes: { stop: 'end_turn', length: 'max_tokens' },
    reasons: true,
    classes: { ...CLASSES, 413: 'ContentTooLargeError', 504: 'GatewayTimeoutError', 529: 'OverloadedError' },
    async ask(asked) {
      const message = await answer(asked, messagesOf(asked))
      const { content, stop_reason, usage } = message
      return {
        text: textOf(message),
        reasoning: content.map(block => (block.type === 'thinking' ? block.thinking : '')).join(''),
        finish: stop_reason ?? '',
        input: usage.input_tokens,
        output: usage.output_tokens
      }
    },
    async loop(asked, next) {
      const called: string[] = []
      const tool = (name: string, inputSchema: typeof WEATHER | typeof CLOCK) =>
        betaTool({
          name,
          description: `The ${name}.`,
          inputSchema,
          run: (args: object) => answerTool(called, name, args)
        })
      const request = {
        ...bodyOf(asked),
        messages: messagesOf(asked),
        tools: [tool('weather', WEATHER), tool('clock', CLOCK)]
      }
      const runner = asked.stream
        ? anthropic.beta.messages.toolRunner({ ...request, stream: true })
        : anthropic.beta.messages.toolRunner(request)
      const last = await runner.runUntilDone()
      if (next === undefined) return { text: textOf(last), called }
      const { messages } = runner.params as { readonly messages: MessageParam[] }
      const answered = messages.at(-1)?.role === 'assistant' ? [] : [{ role: 'assistant', content: last.content }]
      const so = [...messages, ...(answered as MessageParam[]), { role: 'user' as const, content: next }]
      return { text: textOf(last), called, after: textOf(await answer(asked, so)) }
    },
    async talk(asked, next) {
      const messages = messagesOf(asked)
      const { content } = await answer(asked, messages)
      return textOf(await answer(asked, [...messages, { role: 'assistant', content }, { role: 'user', content: next }]))
    },
    async hear(asked, heard, signal) {
      const body = { ...bodyOf(asked), messages: messagesOf(asked), stream: true as const }
      const stream = await anthropic.messages.create(body, signal && { signal })
      for await (const event of stream) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') heard(event.delta.text)
      }
    },
    async count(asked) {
      const { model, messages } = { model: asked.model, messages: messagesOf(asked) }
      return (await anthropic.messages.countTokens({ model, messages })).input_tokens
    },
    async models() {
      const ids: string[] = []
      for await (const { id } of anthropic.models.list()) ids.push(id)
      return ids
    },
    statusOf: error => (error instanceof Anthropic.APIError ? error.status : undefined)
  }
}

function bodyOf({ model, city, think, maxTokens, system }: Asked) {
  return {
    model,
    max_tokens: maxTokens ?? 4000,
    ...(system !== undefined && { system }),
    ...(city && { output_config: { format: { type: 'json_schema' as const, schema: { ...CITY_SCHEMA } } } }),
    ...(think && { thinking: { type: 'enabled' as const, budget_tokens: 2000 } })
  }
}

function messagesOf({ prompt, attached }: Asked): MessageParam[] {
  const content: ContentBlockParam[] = [{ type: 'text', text: prompt }]
  if (attached === 'image') {
    content.push({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } })
  }
  if (attached === 'file') {
    const source = { type: 'base64' as const, media_type: 'application/pdf' as const, data: PAGE }
    content.push({ type: 'document', source, title: 'page.pdf' })
  }
  return [{ role: 'user', content: attached === undefined ? prompt : content }]
}

const textOf = ({ content }: { readonly content: readonly { readonly type: string }[] }): string =>
  content.map(block => (block as { readonly text?: string }).text ?? '').join('')
