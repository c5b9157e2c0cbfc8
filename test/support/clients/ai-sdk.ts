import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import {
  APICallError,
  type EmbeddingModel,
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  stepCountIs,
  streamText,
  tool
} from 'ai'
import { CITY_SCHEMA, CLOCK, PIXEL, WEATHER } from '../simulated.ts'
import { type Asked, answerTool, type Client, type ClientOf, PAGE } from './client.ts'

type Options = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>

/** Provider is a provider of the AI SDK, and what is special about it. */
interface Provider {
  readonly name: string
  readonly ingress: string
  readonly model: (id: string) => LanguageModel
  readonly vectors?: (id: string) => EmbeddingModel
  /** What it has to be told to reason with a model that it does not know. */
  readonly thinking?: Options
  readonly keeps?: Client['keeps']
  readonly trips?: boolean
}

/** aiSdk are the providers of the AI SDK. */
export const aiSdk: readonly ClientOf[] = [
  ({ url }) => {
    const openai = createOpenAI({ apiKey: 'any', baseURL: `${url}/v1` })
    return clientOf({
      name: '@ai-sdk/openai, Responses',
      ingress: 'responses',
      model: openai.responses,
      vectors: openai.embedding,
      thinking: { openai: { forceReasoning: true, reasoningEffort: 'high', reasoningSummary: 'auto', store: false } }
    })
  },
  ({ url }) => {
    const openai = createOpenAI({ apiKey: 'any', baseURL: `${url}/v1` })
    return clientOf({ name: '@ai-sdk/openai, Chat', ingress: 'chat-completions', model: openai.chat })
  },
  ({ url }) => {
    const anthropic = createAnthropic({ apiKey: 'any', baseURL: `${url}/v1` })
    return clientOf({
      name: '@ai-sdk/anthropic',
      ingress: 'messages',
      model: anthropic,
      thinking: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } }
    })
  },
  ({ url }) => {
    const google = createGoogle({ apiKey: 'any', baseURL: `${url}/v1beta` })
    return clientOf({
      name: '@ai-sdk/google',
      ingress: 'gemini',
      // A name with a slash is taken for a whole path.
      model: id => google(`models/${id}`),
      vectors: id => google.embedding(id),
      thinking: { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } } }
    })
  },
  ({ url }) => {
    const compatible = createOpenAICompatible({
      name: 'isthmus',
      baseURL: `${url}/v1`,
      apiKey: 'any',
      includeUsage: true,
      supportsStructuredOutputs: true
    })
    return clientOf({
      name: '@ai-sdk/openai-compatible',
      ingress: 'chat-completions',
      model: compatible,
      vectors: id => compatible.embeddingModel(id)
    })
  },
  ({ url }) => {
    const openrouter = createOpenRouter({ apiKey: 'any', baseURL: `${url}/v1`, compatibility: 'strict' })
    return clientOf({
      name: '@openrouter/ai-sdk-provider',
      ingress: 'chat-completions',
      model: id => openrouter.chat(id),
      thinking: { openrouter: { reasoning: { effort: 'high' } } },
      trips: true,
      keeps(wire, stream) {
        // It knows the seals of some vendors only, takes two thoughts in the same words for one, and keeps a seal that
        // stands apart from the words in streams or beside calls alone.
        if (wire === 'simulator') return [0, 0]
        if (wire === 'simulator-messages') return [1, 1]
        return stream ? [1, 2] : [0, 1]
      }
    })
  }
]

function clientOf({ name, ingress, model, vectors, thinking, keeps, trips }: Provider): Client {
  const settings = ({ model: id, system, think, maxTokens }: Asked) => ({
    model: model(id),
    maxRetries: 0,
    ...(system !== undefined && { instructions: system }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(think && thinking !== undefined && { providerOptions: thinking })
  })
  const cityOf = ({ city }: Asked) =>
    city ? { output: Output.object({ schema: jsonSchema({ ...CITY_SCHEMA }) }) } : {}

  async function answer(asked: Asked, messages: ModelMessage[], called: string[] = [], tools = false) {
    const request = {
      ...settings(asked),
      ...cityOf(asked),
      messages,
      ...(tools && { tools: toolsOf(called), stopWhen: stepCountIs(4) })
    }
    if (!asked.stream) {
      const result = await generateText(request)
      const { text, reasoningText, finishReason, usage, responseMessages } = result
      const object = asked.city ? result.output : undefined
      return { text, reasoningText, finishReason, usage, messages: responseMessages, object }
    }
    const result = streamText({ ...request, onError: () => {} })
    for await (const part of result.stream) if (part.type === 'error') throw part.error
    return {
      text: await result.text,
      reasoningText: await result.reasoningText,
      finishReason: await result.finishReason,
      usage: await result.usage,
      messages: await result.responseMessages,
      object: asked.city ? await result.output : undefined
    }
  }

  return {
    name,
    ingress,
    finishes: { stop: 'stop', length: 'length' },
    reasons: thinking !== undefined,
    ...(keeps && { keeps }),
    ...(trips && { trips }),
    async ask(asked) {
      const { text, reasoningText, finishReason, usage, object } = await answer(asked, messagesOf(asked))
      return {
        text: object === undefined ? text : JSON.stringify(object),
        reasoning: reasoningText ?? '',
        finish: finishReason,
        input: usage.inputTokens ?? 0,
        output: usage.outputTokens ?? 0
      }
    },
    async loop(asked, next) {
      const called: string[] = []
      const messages = messagesOf(asked)
      const looped = await answer(asked, messages, called, true)
      if (next === undefined) return { text: looped.text, called }
      const after = await answer(asked, [...messages, ...looped.messages, { role: 'user', content: next }])
      return { text: looped.text, called, after: after.text }
    },
    async talk(asked, next) {
      const messages = messagesOf(asked)
      const answered = await answer(asked, messages)
      return (await answer(asked, [...messages, ...answered.messages, { role: 'user', content: next }])).text
    },
    async hear(asked, heard, abortSignal) {
      const request = { ...settings(asked), messages: messagesOf(asked), onError: () => {} }
      const result = streamText({ ...request, ...(abortSignal && { abortSignal }) })
      for await (const part of result.stream) {
        if (part.type === 'text-delta') heard(part.text)
        if (part.type === 'error') throw part.error
      }
    },
    ...(vectors !== undefined && {
      embed: async (id: string, texts: readonly string[]) =>
        (await embedMany({ model: vectors(id), values: [...texts], maxRetries: 0 })).embeddings
    }),
    statusOf: error => (APICallError.isInstance(error) ? error.statusCode : undefined)
  }
}

function toolsOf(called: string[]) {
  const one = (name: string, schema: typeof WEATHER | typeof CLOCK) =>
    tool({
      description: `The ${name}.`,
      inputSchema: jsonSchema({ ...schema } as Parameters<typeof jsonSchema>[0]),
      execute: args => answerTool(called, name, args)
    })
  return { weather: one('weather', WEATHER), clock: one('clock', CLOCK) }
}

function messagesOf({ prompt, attached }: Asked): ModelMessage[] {
  if (attached === undefined) return [{ role: 'user', content: prompt }]
  const media =
    attached === 'image'
      ? { type: 'file' as const, mediaType: 'image/png', data: PIXEL }
      : { type: 'file' as const, mediaType: 'application/pdf', filename: 'page.pdf', data: PAGE }
  return [{ role: 'user', content: [{ type: 'text', text: prompt }, media] }]
}
