import { ChatAnthropic } from '@langchain/anthropic'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import {
  AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  type ToolMessage,
  type UsageMetadata
} from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { CITY_SCHEMA, CLOCK, PIXEL, type Simulated, WEATHER } from '../simulated.ts'
import { type Asked, answerTool, type Client, type ClientOf, PAGE } from './client.ts'

type Model = ChatOpenAI | ChatAnthropic

const REASONING = { reasoning: { effort: 'high', summary: 'auto' }, include: ['reasoning.encrypted_content'] }

/** langchain are the chat models of LangChain. */
export const langchain: readonly ClientOf[] = [
  gateway => ({
    ...clientOf('@langchain/openai, Chat', 'chat-completions', asked => openai(gateway, asked, false)),
    finishes: { stop: 'stop', length: 'length' },
    embed: (model, texts) => embeddings(gateway, model).embedDocuments([...texts])
  }),
  gateway => ({
    ...clientOf('@langchain/openai, Responses', 'responses', asked => openai(gateway, asked, true)),
    finishes: { stop: 'completed', length: 'incomplete' },
    reasons: true
  }),
  gateway => ({
    ...clientOf('@langchain/anthropic', 'messages', asked => anthropic(gateway, asked)),
    finishes: { stop: 'end_turn', length: 'max_tokens' },
    reasons: true,
    countsEarly: true
  })
]

function openai({ url }: Simulated, { model, maxTokens, think }: Asked, useResponsesApi: boolean): ChatOpenAI {
  return new ChatOpenAI({
    model,
    useResponsesApi,
    apiKey: 'any',
    maxRetries: 0,
    configuration: { baseURL: `${url}/v1` },
    ...(maxTokens !== undefined && { maxTokens }),
    zdrEnabled: true,
    // It asks for reasoning by itself only of models that it knows by name.
    ...(think && useResponsesApi && { modelKwargs: REASONING })
  })
}

function embeddings({ url }: Simulated, model: string): OpenAIEmbeddings {
  return new OpenAIEmbeddings({ model, apiKey: 'any', maxRetries: 0, configuration: { baseURL: `${url}/v1` } })
}

function anthropic({ url }: Simulated, { model, maxTokens, think }: Asked): ChatAnthropic {
  return new ChatAnthropic({
    model,
    apiKey: 'any',
    maxRetries: 0,
    anthropicApiUrl: url,
    maxTokens: maxTokens ?? 4000,
    ...(think && { thinking: { type: 'enabled', budget_tokens: 2000 } })
  })
}

function clientOf(name: string, ingress: string, modelOf: (asked: Asked) => Model): Client {
  async function answer(asked: Asked, messages: BaseMessage[], tools: readonly object[] = []): Promise<AIMessage> {
    const model = modelOf(asked)
    const bound = (tools.length > 0 ? model.bindTools([...tools] as never) : model) as unknown as BaseChatModel
    if (!asked.stream) return (await bound.invoke(messages)) as AIMessage
    let all: AIMessageChunk | undefined
    for await (const chunk of await bound.stream(messages)) all = all === undefined ? chunk : all.concat(chunk)
    return all ?? new AIMessage('')
  }

  return {
    name,
    ingress,
    finishes: { stop: '', length: '' },
    reasons: false,
    async ask(asked) {
      if (asked.city) return said(new AIMessage(JSON.stringify(await structured(modelOf(asked), asked))))
      return said(await answer(asked, messagesOf(asked)))
    },
    async loop(asked, next) {
      const called: string[] = []
      const tools = [WEATHER, CLOCK].map((schema, at) => {
        const name = at === 0 ? 'weather' : 'clock'
        const run = (args: unknown) => answerTool(called, name, args)
        return tool(run, { name, description: `The ${name}.`, schema: { ...schema } })
      })
      const messages = messagesOf(asked)
      for (;;) {
        const message = await answer(asked, messages, tools)
        const calls = message.tool_calls ?? []
        messages.push(message)
        if (calls.length === 0) {
          if (next === undefined) return { text: message.text, called }
          const after = await answer(asked, [...messages, new HumanMessage(next)])
          return { text: message.text, called, after: after.text }
        }
        for (const call of calls) {
          const chosen = tools.find(({ name }) => name === call.name)
          messages.push((await chosen?.invoke({ ...call, type: 'tool_call' })) as unknown as ToolMessage)
        }
      }
    },
    async talk(asked, next) {
      const messages = messagesOf(asked)
      messages.push(await answer(asked, messages), new HumanMessage(next))
      return (await answer(asked, messages)).text
    },
    async hear(asked, heard, signal) {
      const stream = await modelOf(asked).stream(messagesOf(asked), signal && { signal })
      for await (const chunk of stream) heard(chunk.text)
    },
    statusOf: error => {
      // It has a class of its own for a conversation that is too long, around the error of the vendor's client.
      const { status, cause } = error as Error & { readonly status?: number }
      return status ?? (cause as { readonly status?: number } | undefined)?.status
    }
  }
}

async function structured(model: Model, { prompt }: Asked): Promise<unknown> {
  const schema = { title: 'city', ...CITY_SCHEMA }
  return (model as BaseChatModel).withStructuredOutput(schema, { name: 'city', method: 'jsonSchema' }).invoke(prompt)
}

function said(message: AIMessage) {
  const { response_metadata, additional_kwargs, contentBlocks } = message
  const about = { ...additional_kwargs, ...response_metadata }
  const usage = message.usage_metadata as UsageMetadata | undefined
  const reasoning = contentBlocks.map(block => (block.type === 'reasoning' ? String(block.reasoning) : ''))
  return {
    text: message.text,
    reasoning: reasoning.join(''),
    finish: String(about.finish_reason ?? about.stop_reason ?? about.status ?? ''),
    input: usage?.input_tokens ?? 0,
    output: usage?.output_tokens ?? 0
  }
}

function messagesOf({ system, prompt, attached }: Asked): BaseMessage[] {
  const media =
    attached === 'image'
      ? { type: 'image', mimeType: 'image/png', data: PIXEL }
      : { type: 'file', mimeType: 'application/pdf', data: PAGE, metadata: { filename: 'page.pdf' } }
  const content = [{ type: 'text', text: prompt }, ...(attached === undefined ? [] : [media])]
  return [
    ...(system === undefined ? [] : [new SystemMessage(system)]),
    attached === undefined ? new HumanMessage(prompt) : new HumanMessage({ contentBlocks: content as never })
  ]
}
