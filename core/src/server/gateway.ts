import cors from '@fastify/cors'
import createFastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Catalog, ModelLister } from '../catalog/index.ts'
import type { Loaded, ResolvedConfig } from '../config/index.ts'
import { toGatewayError } from '../errors/index.ts'
import { Pipeline } from '../pipeline/index.ts'
import { type Prepared, registerPlugins } from '../plugins/index.ts'
import type { Registry } from '../registry/index.ts'
import { Transport } from '../transport/index.ts'
import { answerError } from './answer.ts'
import { answerClientError } from './client-errors.ts'
import { untilIdle } from './drain.ts'
import { Exchanges } from './exchanges.ts'
import { mountIngresses } from './ingress-routes.ts'
import { listen } from './listen.ts'
import { mountsOf, unreachable } from './mounts.ts'
import { mountProbes } from './probes.ts'
import { serverOptions } from './server-options.ts'
import { answerFramework, type Ingresses, mountUnknown, refuseUpgrades } from './unknown-routes.ts'

const EXPOSED = [
  'x-isthmus-id',
  'x-isthmus-model',
  'x-isthmus-provider',
  'x-isthmus-gaps',
  'request-id',
  'x-request-id',
  'retry-after'
]
const CORS_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const PREFLIGHT_SECONDS = 600
const LAST_WRITES_MS = 1_000
