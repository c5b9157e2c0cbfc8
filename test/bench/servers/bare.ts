// Fastify, undici and pino alone: what the gateway's start is compared with.
import { kernelFastify, kernelPino, kernelUndici } from './kernel-copy.ts'

const [fastify, , pino] = await Promise.all([kernelFastify(), kernelUndici(), kernelPino()])
const app = fastify({ loggerInstance: pino() })
app.get('/', async () => 'ok')
await app.listen({ host: '127.0.0.1', port: 0 })
