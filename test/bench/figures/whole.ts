import { againstProxies } from './against-proxies.ts'

/** whole is the CPU of one exchange that is not streamed, with a request of 1 KB. */
export const whole = againstProxies(
  'whole',
  'whole reply, 1 KB request',
  5,
  [
    { proxy: 'plain', goal: 1.35, stretch: 1.1 },
    { proxy: 'tuned', goal: 2.0, stretch: 1.6 }
  ],
  { shape: 'whole', size: '1k', connections: 32, until: { ms: 200 } }
)
