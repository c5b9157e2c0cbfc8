/** ReplyContext is what the reply's decoder has to know of the request. */
export interface ReplyContext {
  /** Names of tools that went out changed, as sent → as the client wrote them. */
  readonly renamed?: Readonly<Record<string, string>>
  /** Tools that take free text and were declared as functions with one string `input`; names as sent. */
  readonly custom?: readonly string[]
  /** Names of all declared functions as sent: some models put a prefix such as `default_api.` before them. */
  readonly declared?: readonly string[]
}
