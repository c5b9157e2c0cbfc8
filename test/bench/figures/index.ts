import { vectors } from './embeddings.ts'
import type { Figure } from './figure.ts'
import { firstToken } from './first-token.ts'
import { idleMemory } from './idle-memory.ts'
import { largeRequest } from './large-request.ts'
import { middlewareStream, middlewareWhole } from './middleware.ts'
import { names } from './names.ts'
import { peer } from './peer.ts'
import { startTime } from './start-time.ts'
import { burst, paced, saturated } from './streams.ts'
import { whole } from './whole.ts'

/** FIGURES are all figures, in the order of the report. A new one is a file beside this one and a line here. */
export const FIGURES: readonly Figure[] = [
  whole,
  largeRequest,
  paced,
  saturated,
  burst,
  vectors,
  firstToken,
  middlewareWhole,
  middlewareStream,
  peer,
  idleMemory,
  names,
  startTime
]
