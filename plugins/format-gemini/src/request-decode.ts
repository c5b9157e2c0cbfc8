import type { Ext, GenerateRequest, RequestHead } from '@isthmus/core'
import { defined, invalid, isObject, type JsonObject, restOf, stringOf, wordTable } from '@isthmus/core/wire'
import { SHAPES, type SnakeNames, toCamel } from './camel.ts'
import { type DecodedConfig, decodeConfig } from './config-decode.ts'
import { decodeContents, decodeSystem } from './contents-decode.ts'
import { spellingWith, withExt } from './ext.ts'
import { FORWARD } from './forward.ts'
import { bareModel, dialectOf, modelPath } from './model-path.ts'
import { KEYS, requestShape } from './request-schema.ts'
import { decodeChoice, decodeTools } from './tools-decode.ts'
import { FORMAT } from './types.ts'

/** decodeRequest reads a request; it throws `invalid_request` with the path of what is wrong. */
export function decodeRequest(wire: unknown, head: RequestHead): GenerateRequest {
  try {
    return decodeBody(wire, head)
  } catch (thrown) {
    // Schemas within schemas: a parser takes any depth, and what comes after it does not.
    if (thrown instanceof RangeError) throw invalid('', 'a value that nests less deeply', wire)
    throw thrown
  }
}

function decodeBody(wire: unknown, head: RequestHead): GenerateRequest {
  if (!isObject(wire)) throw invalid('', 'an object', wire)
  const snake: SnakeNames = {}
  const body = toCamel(wire, SHAPES.request, snake)
  requestShape.check(body)
  const { model, verb } = modelPath(head)
  const stream = verb === 'streamGenerateContent'
  const config = decodeConfig((body.generationConfig ?? {}) as JsonObject)
  const { choice, rest: choiceRest } = decodeChoice(body.toolConfig as JsonObject | undefined)
  const safety = body.safetySettings as readonly unknown[] | undefined
  const handle = stringOf(body.cachedContent)
  const request = defined({
    op: 'generate' as const,
    model: model === '' ? bareModel(stringOf(body.model) ?? '') : model,
    messages: [...decodeSystem(body.systemInstruction), ...decodeContents(body.contents)],
    tools: decodeTools((body.tools ?? []) as readonly unknown[]),
    toolChoice: choice,
    sampling: config.sampling,
    output: config.output,
    reasoning: config.reasoning,
    cache: handle === undefined ? undefined : { handle: { kind: FORMAT, id: handle } },
    serviceTier: decodeTier(stringOf(body.serviceTier)),
    safety: safety !== undefined && safety.length > 0 ? { format: FORMAT, settings: safety } : undefined,
    reply: decodeWishes(head, stream),
    ingress: decodeIngress(head)
  }) as GenerateRequest
  return withExt(request, membersOf(body, config, choiceRest), spellingWith(snake, notes(body, config)))
}

function notes(body: JsonObject, { level }: DecodedConfig): Parameters<typeof spellingWith>[1] {
  const single = isObject(body.contents)
  if (level === undefined && !single) return undefined
  return { ...(level !== undefined && { level }), ...(single && { parts: 'single' }) }
}

/** membersOf joins the members that nobody knows with those of the objects within. */
function membersOf(
  body: JsonObject,
  config: DecodedConfig,
  choice: JsonObject | undefined
): NonNullable<Ext[string]> | undefined {
  let rest = restOf(body, KEYS.request)
  if (config.rest !== undefined) rest = { ...rest, generationConfig: config.rest }
  if (choice !== undefined) rest = { ...rest, toolConfig: choice }
  return rest
}

function decodeWishes(head: RequestHead, stream: boolean): GenerateRequest['reply'] {
  const dialect = dialectOf(head, stream)
  return dialect.length === 0 ? { stream } : { stream, dialect }
}

const TIERS: Readonly<Record<string, string>> = wordTable({ standard: 'default', unspecified: 'auto' })

function decodeTier(tier: string | undefined): string | undefined {
  return tier === undefined ? undefined : (TIERS[tier] ?? tier)
}

function decodeIngress(head: RequestHead): GenerateRequest['ingress'] {
  const headers: Record<string, string> = {}
  for (const name of FORWARD.request) if (head.headers[name] !== undefined) headers[name] = head.headers[name]
  return Object.keys(headers).length > 0 ? { format: FORMAT, headers } : { format: FORMAT }
}
