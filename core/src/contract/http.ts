/** HeaderMap has lower-case names; a header that came several times has its values joined with a comma. */
export type HeaderMap = Readonly<Record<string, string>>

/** RequestHead is a client's request without its body. */
export interface RequestHead {
  readonly method: string
  /** The path without the query and without the server's base path. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Path parameters of the route. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: HeaderMap
}

/** ResponseHead is an upstream's reply without its body. */
export interface ResponseHead {
  readonly status: number
  readonly headers: HeaderMap
}
