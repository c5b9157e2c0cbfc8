export * from './estimate.ts'
export * from './fetching.ts'
export * from './gaps.ts'
export * from './plan.ts'
