/** Json is a part of the document. */
export type Json = Readonly<Record<string, unknown>>

/** Content is what a request or a reply may hold, by media type. */
export type Content = Readonly<Record<string, Json>>

/** Operation is one method of one path, as the document tells it. */
export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Json[]
  readonly requestBody?: Json
  readonly responses: Readonly<Record<string, Json>>
  readonly security?: readonly Json[]
  readonly 'x-isthmus-features'?: Json
}

/** OpenApi is a document of version 3.1. */
export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: Json
  readonly servers: readonly Json[]
  readonly tags: readonly Json[]
  readonly security: readonly Json[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Json
}
