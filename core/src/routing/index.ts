export * from './estimate.ts'
export * from './gaps.ts'
export * from './plan.ts'
