import { againstProxies } from './against-proxies.ts'

/** paced is the CPU of streams as models send them: one event, one read, one write. */
export const paced = againstProxies(
  'paced',
  'stream, one event per 10 ms',
  3,
  [
    { proxy: 'plain', goal: 1.3, stretch: 1.1 },
    { proxy: 'tuned', goal: 1.4, stretch: 1.15 }
  ],
  { shape: 'paced', size: '1k', connections: 64, until: { count: 64 } }
)

/** saturated is the CPU of streams that come as fast as they can. */
export const saturated = againstProxies(
  'saturated',
  'stream, as fast as it can',
  4,
  [{ proxy: 'plain', goal: 1.5, stretch: 1.2 }],
  { shape: 'saturated', size: '1k', connections: 16, until: { ms: 250 } }
)

/** burst is the CPU of a stream of 200 events that comes in one chunk: codec work alone. */
export const burst = againstProxies(
  'burst',
  'stream of 200 events in one chunk',
  4,
  [{ proxy: 'tuned', goal: 4, stretch: 2.7 }],
  { shape: 'burst', size: '1k', connections: 16, until: { ms: 200 } }
)
