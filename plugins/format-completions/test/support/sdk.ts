import OpenAI from 'openai'

type Completion = OpenAI.Completion
type Choice = OpenAI.CompletionChoice

function sdk(body: string, contentType: string): OpenAI {
  return new OpenAI({
    apiKey: 'test',
    baseURL: 'http://127.0.0.1/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': contentType } })
  })
}

const ASK = { model: 'm', prompt: 'Once' }

/** readWhole gives a whole reply as the official library hands it out. */
export async function readWhole(body: unknown): Promise<Completion> {
  const reply = await sdk(JSON.stringify(body), 'application/json').completions.create(ASK)
  return JSON.parse(JSON.stringify(reply)) as Completion
}

/** readPieces gives the pieces of a stream as the official library hands them out. */
export async function readPieces(text: string): Promise<Completion[]> {
  const pieces: Completion[] = []
  const stream = await sdk(text, 'text/event-stream').completions.create({ ...ASK, stream: true })
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

/** joined is what a client puts together from the pieces of a stream: a whole reply of the same shape. */
export function joined(pieces: readonly Completion[]): unknown {
  const choices = new Map<number, Choice>()
  const whole: Record<string, unknown> = {}
  for (const { choices: some, ...members } of pieces) {
    for (const [name, value] of Object.entries(members)) if (value !== null || !(name in whole)) whole[name] = value
    for (const choice of some) {
      const { text, logprobs, finish_reason: finish, index } = choice
      const before = choices.get(index)
      choices.set(index, {
        ...before,
        ...choice,
        text: (before?.text ?? '') + text,
        logprobs: added(before?.logprobs ?? null, logprobs ?? null),
        finish_reason: finish ?? before?.finish_reason
      } as Choice)
    }
  }
  return { ...whole, choices: [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice) }
}

type Logprobs = Record<string, unknown[] | null | undefined>

function added(before: object | null, after: object | null): unknown {
  if (before === null || after === null) return before ?? after
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const [a, b] = [before as Logprobs, after as Logprobs]
  return Object.fromEntries(
    [...names].map(name => [name, a[name] || b[name] ? [...(a[name] ?? []), ...(b[name] ?? [])] : null])
  )
}
