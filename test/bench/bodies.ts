import { words } from './words.ts'

/** Wire is a wire format of the bench: Chat Completions or Messages. */
export type Wire = 'chat' | 'messages'
/** Size names a request body. */
export type Size = '1k' | '56k' | '160k'

interface Ask {
  readonly wire: Wire
  readonly model: string
  readonly size: Size
  readonly stream: boolean
}

/** A turn is a question, the model's call of a tool, the tool's result and the model's answer. */
interface Turn {
  readonly question: string
  readonly args: Readonly<Record<string, unknown>>
  readonly result: string
  readonly answer: string
}

const TURNS: Readonly<Record<Size, number>> = { '1k': 0, '56k': 13, '160k': 40 }
const TOOLS: Readonly<Record<Size, number>> = { '1k': 0, '56k': 12, '160k': 24 }

const turn = (n: number): Turn => ({
  question: words(700, n),
  args: { path: `src/module-${n}/file.ts`, lines: [n, n + 40], find: words(200, n + 1), recursive: n % 2 === 0 },
  result: words(1700, n + 2),
  answer: words(500, n + 3)
})

const toolSchema = (n: number) => ({
  type: 'object',
  properties: {
    path: { type: 'string', description: words(120, n) },
    lines: { type: 'array', items: { type: 'integer', minimum: 1 }, description: words(80, n + 1) },
    find: { type: 'string', description: words(120, n + 2) },
    recursive: { type: 'boolean' }
  },
  required: ['path']
})

function chatBody({ model, size, stream }: Ask): object {
  const turns = Array.from({ length: TURNS[size] }, (_, n) => turn(n))
  const tools = Array.from({ length: TOOLS[size] }, (_, n) => ({
    type: 'function',
    function: { name: `tool_${n}`, description: words(200, n), parameters: toolSchema(n) }
  }))
  return {
    model,
    messages: [
      { role: 'system', content: words(400, 7) },
      ...turns.flatMap(({ question, args, result, answer }, n) => [
        { role: 'user', content: question },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: `call_${n}`, type: 'function', function: { name: 'tool_0', arguments: JSON.stringify(args) } }
          ]
        },
        { role: 'tool', tool_call_id: `call_${n}`, content: result },
        { role: 'assistant', content: answer }
      ]),
      { role: 'user', content: words(450, 9) }
    ],
    ...(tools.length > 0 && { tools }),
    max_tokens: 1024,
    temperature: 0.7,
    ...(stream && { stream: true, stream_options: { include_usage: true } })
  }
}

function messagesBody({ model, size, stream }: Ask): object {
  const turns = Array.from({ length: TURNS[size] }, (_, n) => turn(n))
  const tools = Array.from({ length: TOOLS[size] }, (_, n) => ({
    name: `tool_${n}`,
    description: words(200, n),
    input_schema: toolSchema(n)
  }))
  return {
    model,
    system: words(400, 7),
    messages: [
      ...turns.flatMap(({ question, args, result, answer }, n) => [
        { role: 'user', content: question },
        { role: 'assistant', content: [{ type: 'tool_use', id: `call_${n}`, name: 'tool_0', input: args }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: `call_${n}`, content: result }] },
        { role: 'assistant', content: answer }
      ]),
      { role: 'user', content: words(450, 9) }
    ],
    ...(tools.length > 0 && { tools }),
    max_tokens: 1024,
    temperature: 0.7,
    ...(stream && { stream: true })
  }
}

/** requestBody is the JSON text of a request; the same conversation in either format. */
export function requestBody(ask: Ask): string {
  return JSON.stringify(ask.wire === 'chat' ? chatBody(ask) : messagesBody(ask))
}
