import { readFileSync } from 'node:fs'
import type { ServerOptions } from 'node:http'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { FastifyServerOptions } from 'fastify'
import type { ServerConfig } from '../config/index.ts'
import { ISTHMUS_SERVER_TLS } from '../errors/index.ts'

const HEADERS_MS = 60_000
const KEEP_ALIVE_MS = 72_000
const CHECK_MS = 5_000
const LONGEST_PARAMETER = 2_048
/** No route and no prefix begins like this. */
const OUTSIDE = '/.outside'

/** TlsFiles are the contents of the files that `server.tls` names. */
export interface TlsFiles {
  readonly cert: Buffer
  readonly key: Buffer
}

/** listenerOptions are node's options for the server that listens; all of its connections live by them. */
export function listenerOptions({ requestMs }: ServerConfig): ServerOptions {
  return {
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: requestMs,
    headersTimeout: requestMs === 0 ? 0 : Math.min(HEADERS_MS, requestMs),
    connectionsCheckingInterval: requestMs === 0 ? CHECK_MS : Math.max(50, Math.min(CHECK_MS, requestMs / 4))
  }
}

/** appOptions are Fastify's options for what answers requests. */
export function appOptions(config: ServerConfig): FastifyServerOptions {
  const { basePath } = config
  return {
    // The one line per exchange is the pipeline's; without a logger Fastify makes no child logger per request.
    logger: false,
    bodyLimit: config.bodyLimitBytes,
    trustProxy: config.trustProxy as NonNullable<FastifyServerOptions['trustProxy']>,
    return503OnClosing: false,
    genReqId: () => '',
    // A schema on a plugin's own route checks, and changes nothing.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: LONGEST_PARAMETER
    },
    ...(basePath !== '' && { rewriteUrl: request => withoutBase(request.url ?? '/', basePath) })
  }
}

/** withoutBase cuts the base path off, so that no route and no plugin has to know it. */
function withoutBase(url: string, base: string): string {
  if (!url.startsWith(base)) return OUTSIDE
  const rest = url.slice(base.length)
  if (rest === '') return '/'
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : OUTSIDE
}

/** readTls reads and tries the certificate and its key; undefined where the config has none. Relative paths start at `dir`. */
export function readTls({ tls: files }: ServerConfig, dir: string): TlsFiles | undefined {
  if (files === undefined) return undefined
  const { certFile, keyFile } = files
  const tls = { cert: read(resolve(dir, certFile)), key: read(resolve(dir, keyFile)) }
  try {
    createSecureContext(tls)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw ISTHMUS_SERVER_TLS.with({ cause: thrown }, `${certFile} and ${keyFile}`, code ?? message)
  }
  return tls
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    throw ISTHMUS_SERVER_TLS.with({ cause: thrown }, file, (thrown as NodeJS.ErrnoException).code ?? 'unreadable')
  }
}
