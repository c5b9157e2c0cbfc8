import OpenAI from 'openai'

/** sdk is the official client library, talking to a server that answers everything with one reply. */
export function sdk(body: string, contentType: string, status = 200, headers: Record<string, string> = {}): OpenAI {
  return new OpenAI({
    apiKey: 'test',
    baseURL: 'http://127.0.0.1/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { status, headers: { 'content-type': contentType, ...headers } })
  })
}

const ASK = { model: 'm', messages: [{ role: 'user' as const, content: 'hello' }] }

/** readStream gives the message the official library puts together from a stream. */
export async function readStream(text: string): Promise<unknown> {
  const stream = sdk(text, 'text/event-stream').chat.completions.stream({ ...ASK, n: 8 })
  stream.on('error', () => undefined)
  return JSON.parse(JSON.stringify(await stream.finalChatCompletion()))
}

/** readChunks gives the chunks of a stream as the official library hands them out. */
export async function readChunks(text: string): Promise<OpenAI.ChatCompletionChunk[]> {
  const chunks: OpenAI.ChatCompletionChunk[] = []
  const stream = await sdk(text, 'text/event-stream').chat.completions.create({ ...ASK, stream: true })
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

/** readWhole gives a whole reply as the official library hands it out. */
export async function readWhole(body: unknown): Promise<unknown> {
  return JSON.parse(JSON.stringify(await sdk(JSON.stringify(body), 'application/json').chat.completions.create(ASK)))
}
