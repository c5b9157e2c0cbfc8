/** TOKEN is what the admin API of these tests wants. */
export const TOKEN = 'only-for-these-tests-of-aliases'
/** ADMIN is the plugin's entry in a config. */
export const ADMIN = { use: '@isthmus/surface-admin', options: { token: TOKEN } }

/** channel is the entry of a channel with models that need no upstream. */
export const channel = (id: string, tokenDelayMs = 0) => ({
  use: '@isthmus/provider-simulator',
  id,
  options: { tokenDelayMs }
})

/** Answer is a reply of the admin API. */
export interface Answer {
  readonly status: number
  readonly etag: string
  readonly body: Readonly<Record<string, unknown>> & {
    readonly error?: { readonly message: string; readonly code: string }
  }
}

/** admin asks the admin API of a gateway. */
export const admin =
  (url: string) =>
  async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {}
  ): Promise<Answer> => {
    const reply = await fetch(`${url}/admin/${path}`, {
      method,
      headers: {
        'x-admin-token': TOKEN,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const text = await reply.text()
    return { status: reply.status, etag: reply.headers.get('etag') ?? '', body: text === '' ? {} : JSON.parse(text) }
  }

/** ask asks a model for a stream and reads it to its end. */
export async function ask(
  url: string,
  model: string
): Promise<{ readonly provider: string | null; readonly whole: boolean }> {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'one two three four five six' }] })
  })
  const text = await reply.text()
  const whole = reply.status === 200 && text.endsWith('data: [DONE]\n\n') && text.includes(' six')
  return { provider: reply.headers.get('x-isthmus-provider'), whole }
}
