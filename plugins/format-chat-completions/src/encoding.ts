import type { GenerateRequest, Target } from '@isthmus/core'
import { FORMAT_CHAT_COMPLETIONS_UNSUPPORTED } from './errors.ts'
import { hasForeignMembers } from './ext.ts'
import { fitCallId } from './names.ts'
import { OpenAiEncoding } from './openai-encoding.ts'
import type { ChatTraits } from './traits.ts'
import { FORMAT } from './types.ts'

const OPTIONS = { format: FORMAT, unsupported: FORMAT_CHAT_COMPLETIONS_UNSUPPORTED, hasForeignMembers }

const NOTHING: ReadonlySet<string> = new Set()

/** Encoding is the state of writing one request. */
export class Encoding extends OpenAiEncoding<ChatTraits> {
  readonly dialect: ReadonlySet<string>

  constructor(request: GenerateRequest, target: Target<ChatTraits>) {
    super(request, target, OPTIONS)
    const { dialect } = request.reply
    this.dialect = this.native && dialect !== undefined ? new Set(dialect) : NOTHING
  }

  /** callId gives the id of a call as it is sent. */
  callId(id: string): string {
    return fitCallId(id, this.traits.callIdChars)
  }
}
