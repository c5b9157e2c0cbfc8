/** Question goes from the bench to one of its processes. */
export interface Question {
  readonly id: number
  readonly name: string
  readonly args: unknown
}
/** Answer goes back; `listening` comes unasked when a server has its port. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly listening: number }

export type Handlers = Readonly<Record<string, (args: unknown) => unknown>>

/**
 * answer serves questions from the parent process. A name that this process does not know is left to another caller of
 * `answer`; when the parent is gone, the process ends, so that none is left behind.
 */
export function answer(handlers: Handlers): void {
  process.on('message', async (question: Question) => {
    const handler = handlers[question.name]
    if (!handler) return
    try {
      process.send?.({ id: question.id, value: await handler(question.args) })
    } catch (error) {
      process.send?.({ id: question.id, error: error instanceof Error ? String(error.stack) : String(error) })
    }
  })
  process.once('disconnect', () => process.exit(0))
}
