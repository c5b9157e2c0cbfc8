import t from 'tap'
import { aiSdk } from '../support/clients/ai-sdk.ts'
import { playScenarios } from '../support/scenarios.ts'
import { simulated } from '../support/simulated.ts'

/* The AI SDK and six of its providers, as they are published, against the started binary. */

t.setTimeout(60_000)
const gateway = await simulated(t)
for (const clientOf of aiSdk) playScenarios(t, gateway, clientOf(gateway))
