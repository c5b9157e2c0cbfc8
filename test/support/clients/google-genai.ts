import {
  ApiError,
  type CallableTool,
  type Chat,
  type FunctionCall,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part
} from '@google/genai'
import { CITY_SCHEMA, CLOCK, PIXEL, WEATHER } from '../simulated.ts'
import { type Asked, answerTool, type ClientOf, PAGE, type Said } from './client.ts'

/** googleGenai is the official client of the Gemini API. */
export const googleGenai: ClientOf = gateway => {
  const google = new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: gateway.url } })

  return {
    name: '@google/genai',
    ingress: 'gemini',
    finishes: { stop: 'STOP', length: 'MAX_TOKENS' },
    reasons: true,
    async ask(asked) {
      const request = { model: asked.model, contents: contentsOf(asked), config: configOf(asked) }
      if (!asked.stream) return saidIn([await google.models.generateContent(request)])
      const chunks: GenerateContentResponse[] = []
      for await (const chunk of await google.models.generateContentStream(request)) chunks.push(chunk)
      return saidIn(chunks)
    },
    async loop(asked, next) {
      const called: string[] = []
      const chat = google.chats.create({
        model: asked.model,
        config: { ...configOf(asked), tools: [callable(called)] }
      })
      const text = await sayIn(chat, asked, contentsOf(asked))
      return next === undefined ? { text, called } : { text, called, after: await sayIn(chat, asked, next) }
    },
    async talk(asked, next) {
      const chat = google.chats.create({ model: asked.model, config: configOf(asked) })
      await sayIn(chat, asked, contentsOf(asked))
      return sayIn(chat, asked, next)
    },
    async hear(asked, heard, abortSignal) {
      const config = { ...configOf(asked), ...(abortSignal && { abortSignal }) }
      const request = { model: asked.model, contents: contentsOf(asked), config }
      for await (const chunk of await google.models.generateContentStream(request)) heard(textIn(chunk, false))
    },
    async count(asked) {
      return (await google.models.countTokens({ model: asked.model, contents: contentsOf(asked) })).totalTokens ?? 0
    },
    async embed(model, texts) {
      const { embeddings } = await google.models.embedContent({ model, contents: [...texts] })
      return (embeddings ?? []).map(({ values }) => values ?? [])
    },
    async models() {
      const names: string[] = []
      for await (const { name } of await google.models.list()) names.push(name?.replace(/^models\//, '') ?? '')
      return names
    },
    statusOf: error => (error instanceof ApiError ? error.status : undefined)
  }
}

/** sayIn asks in a chat, which keeps its history by itself. */
async function sayIn(chat: Chat, { stream }: Asked, message: Part[] | string): Promise<string> {
  if (!stream) return textIn(await chat.sendMessage({ message }), false)
  let text = ''
  for await (const chunk of await chat.sendMessageStream({ message })) text += textIn(chunk, false)
  return text
}

function configOf({ system, city, think, maxTokens }: Asked): GenerateContentConfig {
  return {
    ...(system !== undefined && { systemInstruction: system }),
    ...(city && { responseMimeType: 'application/json', responseJsonSchema: CITY_SCHEMA }),
    ...(think && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2000 } }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens })
  }
}

function contentsOf({ prompt, attached }: Asked): Part[] {
  const parts: Part[] = [{ text: prompt }]
  if (attached === 'image') parts.push({ inlineData: { mimeType: 'image/png', data: PIXEL } })
  if (attached === 'file') {
    parts.push({ inlineData: { mimeType: 'application/pdf', data: PAGE, displayName: 'page.pdf' } })
  }
  return parts
}

function callable(called: string[]): CallableTool {
  return {
    tool: async () => ({
      functionDeclarations: [
        { name: 'weather', description: 'The weather.', parametersJsonSchema: WEATHER },
        { name: 'clock', description: 'The clock.', parametersJsonSchema: CLOCK }
      ]
    }),
    callTool: async (calls: FunctionCall[]) =>
      calls.map(({ id, name = '', args }) => {
        const response = { output: answerTool(called, name, args) }
        return { functionResponse: { ...(id !== undefined && { id }), name, response } }
      })
  }
}

function textIn({ candidates }: GenerateContentResponse, thought: boolean): string {
  const parts = candidates?.[0]?.content?.parts ?? []
  return parts.map(part => ((part.thought ?? false) === thought ? (part.text ?? '') : '')).join('')
}

function saidIn(chunks: readonly GenerateContentResponse[]): Said {
  const last = chunks.at(-1)
  const { promptTokenCount = 0, candidatesTokenCount = 0, thoughtsTokenCount = 0 } = last?.usageMetadata ?? {}
  return {
    text: chunks.map(chunk => textIn(chunk, false)).join(''),
    reasoning: chunks.map(chunk => textIn(chunk, true)).join(''),
    finish: last?.candidates?.[0]?.finishReason ?? '',
    input: promptTokenCount,
    output: candidatesTokenCount + thoughtsTokenCount
  }
}
