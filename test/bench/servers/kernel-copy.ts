import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const kernel = createRequire(new URL('../../../core/package.json', import.meta.url))

/** RequestOptions is the part of undici's request options that the proxies use. */
export interface RequestOptions {
  readonly path: string
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}
export type HeaderRecord = Readonly<Record<string, string | string[] | undefined>>
export interface Controller {
  pause(): void
  resume(): void
  abort(reason: Error): void
}
/** DispatchHandler is undici 8's handler. */
export interface DispatchHandler {
  onRequestStart(controller: Controller): void
  onResponseStart(controller: Controller, status: number, headers: HeaderRecord): void
  onResponseData(controller: Controller, chunk: Buffer): void
  onResponseEnd(): void
  onResponseError(controller: Controller, error: Error): void
}
export interface UpstreamPool {
  request(options: RequestOptions): Promise<{ statusCode: number; headers: HeaderRecord; body: NodeJS.ReadableStream }>
  dispatch(options: RequestOptions, handler: DispatchHandler): boolean
}
interface Undici {
  readonly Pool: new (origin: string, options: { readonly connections: number }) => UpstreamPool
}

const load = (name: string): Promise<unknown> => import(pathToFileURL(kernel.resolve(name)).href)

/** kernelFastify is the kernel's own copy of Fastify: a ratio between two versions would measure the versions. */
export const kernelFastify = async (): Promise<typeof import('fastify').default> =>
  ((await load('fastify')) as { readonly default: typeof import('fastify').default }).default

/** kernelUndici is the kernel's own copy of undici. */
export const kernelUndici = async (): Promise<Undici> => (await load('undici')) as Undici

/** kernelPino is the kernel's own copy of pino. */
export const kernelPino = async (): Promise<typeof import('pino').default> =>
  ((await load('pino')) as { readonly default: typeof import('pino').default }).default

/** kernelVersion tells the version of one of the kernel's packages. */
export const kernelVersion = (name: string): string =>
  (kernel(`${name}/package.json`) as { readonly version: string }).version
