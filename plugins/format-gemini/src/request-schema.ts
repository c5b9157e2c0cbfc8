import { AnyObject, checker } from '@isthmus/core/wire'
import { type TSchema, Type } from 'typebox'

/*
 * The shapes that a request is checked against, with the names in camel case. Members that are not listed are allowed and
 * kept. A member that is null is one that is not set.
 */

const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.String()
const number = Type.Number()
/** Whole numbers may be written as text, as protocol buffers in JSON have it. */
const integer = Type.Union([Type.Integer(), Type.String({ pattern: '^-?[0-9]+$' })])
const flag = Type.Boolean()

const ThinkingConfigSchema = Type.Object({
  includeThoughts: optional(flag),
  thinkingBudget: optional(integer),
  thinkingLevel: optional(text)
})

const GenerationConfigSchema = Type.Object({
  temperature: optional(number),
  topP: optional(number),
  topK: optional(number),
  seed: optional(integer),
  presencePenalty: optional(number),
  frequencyPenalty: optional(number),
  candidateCount: optional(integer),
  maxOutputTokens: optional(integer),
  stopSequences: optional(Type.Array(text)),
  responseLogprobs: optional(flag),
  logprobs: optional(integer),
  responseMimeType: optional(text),
  responseSchema: optional(AnyObject),
  responseJsonSchema: optional(Type.Union([AnyObject, flag])),
  responseFormat: optional(Type.Unknown()),
  responseModalities: optional(Type.Array(text)),
  thinkingConfig: optional(ThinkingConfigSchema)
})

const FunctionCallingConfigSchema = Type.Object({
  mode: optional(text),
  allowedFunctionNames: optional(Type.Array(text))
})
const ToolConfigSchema = Type.Object({ functionCallingConfig: optional(FunctionCallingConfigSchema) })

const FunctionDeclarationSchema = Type.Object({
  name: Type.String({ minLength: 1 }),
  description: optional(text),
  parameters: optional(AnyObject),
  parametersJsonSchema: optional(Type.Union([AnyObject, flag])),
  response: optional(AnyObject),
  responseJsonSchema: optional(Type.Union([AnyObject, flag]))
})
/** The service takes one value for a list of one, as its protocol does everywhere, and older clients write that. */
const several = Type.Union([Type.Array(Type.Unknown()), AnyObject])
const ToolSchema = Type.Object({ functionDeclarations: optional(several) })

const BlobSchema = Type.Object({ mimeType: text, data: text, displayName: optional(text) })
const FileDataSchema = Type.Object({ fileUri: text, mimeType: optional(text), displayName: optional(text) })
const FunctionCallSchema = Type.Object({ id: optional(text), name: text, args: optional(AnyObject) })
const FunctionResponseSchema = Type.Object({
  id: optional(text),
  name: text,
  response: optional(AnyObject),
  parts: optional(Type.Array(Type.Unknown()))
})
const OffsetSchema = Type.Union([text, number])
const VideoMetadataSchema = Type.Object({
  startOffset: optional(OffsetSchema),
  endOffset: optional(OffsetSchema),
  fps: optional(number)
})

/** PartSchema is one part of a turn: one member with data, and flags. */
export const PartSchema = Type.Object(
  {
    text: optional(text),
    inlineData: optional(BlobSchema),
    fileData: optional(FileDataSchema),
    functionCall: optional(FunctionCallSchema),
    functionResponse: optional(FunctionResponseSchema),
    thought: optional(flag),
    thoughtSignature: optional(text),
    videoMetadata: optional(VideoMetadataSchema)
  },
  { title: 'part' }
)

const ContentSchema = Type.Object({
  role: optional(text),
  parts: optional(Type.Unknown())
})

/** RequestSchema holds the members the decoder reads; contents, parts and tools are checked one by one. */
export const RequestSchema = Type.Object({
  model: optional(text),
  contents: Type.Union([Type.Array(Type.Unknown(), { minItems: 1 }), AnyObject]),
  systemInstruction: optional(Type.Union([text, AnyObject])),
  tools: optional(several),
  toolConfig: optional(ToolConfigSchema),
  safetySettings: optional(Type.Array(Type.Unknown())),
  generationConfig: optional(GenerationConfigSchema),
  cachedContent: optional(text),
  serviceTier: optional(text)
})

const TurnSchema = Type.Object({ role: optional(text), parts: Type.Array(PartSchema) }, { title: 'content' })
const DeclaredSchema = Type.Object(
  { functionDeclarations: optional(Type.Array(FunctionDeclarationSchema)) },
  { title: 'tool' }
)

/** DocumentedSchema says what a request holds all the way down, for a document of the API. */
export const DocumentedSchema = Type.Object({
  ...RequestSchema.properties,
  contents: Type.Array(TurnSchema, { minItems: 1 }),
  systemInstruction: optional(TurnSchema),
  tools: optional(Type.Array(DeclaredSchema))
})

export const requestShape = checker(RequestSchema)
export const partShape = checker(PartSchema)
export const toolShape = checker(ToolSchema)
export const declarationShape = checker(FunctionDeclarationSchema)

const keysOf = (schema: { readonly properties: object }): ReadonlySet<string> => new Set(Object.keys(schema.properties))

/** KEYS are the members that the decoder reads, object by object. */
export const KEYS = {
  request: keysOf(RequestSchema),
  generationConfig: keysOf(GenerationConfigSchema),
  thinkingConfig: keysOf(ThinkingConfigSchema),
  toolConfig: keysOf(ToolConfigSchema),
  functionCallingConfig: keysOf(FunctionCallingConfigSchema),
  tool: keysOf(ToolSchema),
  declaration: keysOf(FunctionDeclarationSchema),
  content: keysOf(ContentSchema),
  part: new Set([...keysOf(PartSchema), 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse']),
  hosted: new Set(['id', 'toolType']),
  inlineData: keysOf(BlobSchema),
  fileData: keysOf(FileDataSchema),
  functionCall: keysOf(FunctionCallSchema),
  functionResponse: keysOf(FunctionResponseSchema),
  videoMetadata: keysOf(VideoMetadataSchema)
} as const
