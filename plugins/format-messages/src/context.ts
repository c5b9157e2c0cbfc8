import type { AnswerTool } from './structured.ts'

/** ReplyContext is what the decoder of a reply has to know of its request. */
export interface ReplyContext {
  /** Tools that went out under another name: wire name → the client's. */
  readonly renamed?: Readonly<Record<string, string>>
  /** Tools that take free text, by the client's name. */
  readonly custom?: readonly string[]
  readonly answer?: AnswerTool
}
