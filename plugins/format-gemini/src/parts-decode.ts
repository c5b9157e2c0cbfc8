import type { OpaquePart, Part, Seal, TextPart, ToolCallPart } from '@isthmus/core'
import { isObject, type JsonObject, restOf, stringOf, withNested } from '@isthmus/core/wire'
import type { ReplyContext } from './context.ts'
import { decodeHosted, hostedMember } from './hosted.ts'
import { decodeFileData, decodeInline } from './media-decode.ts'
import { FORMAT, thoughtSeal } from './types.ts'

/** PartEnv is what reading a part of an answer takes. */
export interface PartEnv {
  /** The provider that answers, '' for a part that a client sends back. */
  readonly provider: string
  readonly context: ReplyContext | undefined
  /** callId names a call that came without an id. */
  callId(name: string): string
}

const SIGNATURE = 'thoughtSignature'
const TEXT = new Set(['text', 'thought', SIGNATURE])
const CALL = new Set(['functionCall', SIGNATURE])
const CALL_MEMBERS = new Set(['id', 'name', 'args', 'partialArgs', 'willContinue'])

/** decodePart reads one part of an answer. Text that says nothing, unsigned, gives none. */
export function decodePart(part: JsonObject, env: PartEnv): Part | undefined {
  const hosted = hostedMember(part)
  if (hosted !== undefined) return decodeHosted(part, hosted)
  if (isObject(part.functionCall)) return decodeCall(part, part.functionCall, env)
  if (isMedia(part.inlineData, 'data')) return signed(decodeInline(part), part, env)
  if (isMedia(part.fileData, 'fileUri')) return signed(decodeFileData(part), part, env)
  return typeof part.text === 'string' ? decodeText(part, part.text, env) : opaque(part)
}

function decodeText(part: JsonObject, text: string, env: PartEnv): Part | undefined {
  const rest = membersWith(stringOf(part[SIGNATURE]), restOf(part, TEXT), env)
  if (text === '' && rest.seal === undefined && rest.ext === undefined) return undefined
  if (part.thought !== true) return { type: 'text', text, ...rest } satisfies TextPart
  // A thought without text is one that is not shown: there is only its signature.
  return text === ''
    ? { type: 'reasoning', hidden: true, ...rest }
    : { type: 'reasoning', text, hidden: false, ...rest }
}

function decodeCall(part: JsonObject, call: JsonObject, env: PartEnv): ToolCallPart {
  const sent = stringOf(call.name) ?? ''
  const made = callPart(sent, stringOf(call.id), argsTextOf(call.args, sent, env.context), env)
  const rest = withNested(restOf(part, CALL), 'functionCall', restOf(call, CALL_MEMBERS))
  return { ...made, ...membersWith(stringOf(part[SIGNATURE]), rest, env) }
}

/** callPart makes a call of a name as the service said it. */
export function callPart(sent: string, id: string | undefined, argsText: string, env: PartEnv): ToolCallPart {
  const wire = declaredName(sent, env.context)
  const name = env.context?.renamed?.[wire] ?? wire
  const kind = env.context?.custom?.includes(wire) ? 'custom' : 'function'
  return { type: 'tool_call', id: id || env.callId(sent), name, kind, argsText }
}

/** argsTextOf writes a call's arguments as text: those of a tool that takes free text are that text. */
export function argsTextOf(args: unknown, sent: string, context: ReplyContext | undefined): string {
  const free =
    context?.custom?.includes(declaredName(sent, context)) && isObject(args) ? stringOf(args.input) : undefined
  return free ?? JSON.stringify(args ?? {})
}

/** Models put a prefix such as `default_api.` before a name now and then. */
function declaredName(sent: string, context: ReplyContext | undefined): string {
  const declared = context?.declared
  if (declared === undefined || declared.includes(sent)) return sent
  const bare = sent.slice(Math.max(sent.lastIndexOf('.'), sent.lastIndexOf(':')) + 1)
  return declared.includes(bare) ? bare : sent
}

/** isMedia tells media that says what it is and where; what does not is kept as it is. */
function isMedia(wire: unknown, where: string): boolean {
  return isObject(wire) && typeof wire[where] === 'string' && (where === 'fileUri' || typeof wire.mimeType === 'string')
}

function signed(part: Part, wire: JsonObject, env: PartEnv): Part {
  const signature = stringOf(wire[SIGNATURE])
  return signature ? { ...part, seal: thoughtSeal(signature, env.provider) } : part
}

interface Members {
  readonly seal?: Seal
  readonly ext?: { readonly [format: string]: JsonObject }
}

/** membersWith gives what any part may have: its signature, and what is not known. */
function membersWith(signature: string | undefined, rest: JsonObject | undefined, env: PartEnv): Members {
  return {
    ...(signature && { seal: thoughtSeal(signature, env.provider) }),
    ...(rest !== undefined && { ext: { [FORMAT]: rest } })
  }
}

const opaque = (part: JsonObject): OpaquePart => ({
  type: 'opaque',
  native: { format: FORMAT, object: part },
  replay: 'same_dialect'
})
