import { FEATURE_NAMES, FEATURES } from '@isthmus/core'

/** featureReference makes the table of features in `core/docs/ir.md`. */
export function featureReference(): string {
  const rows = FEATURE_NAMES.map(name => `| \`${name}\` | ${FEATURES[name].class} | ${FEATURES[name].about} |`)
  return ['| feature | class | what it is |', '| --- | --- | --- |', ...rows].join('\n')
}
