/** NameRow is a name as people write it, and the targets it leads to, as `channel/model`, in the order they are tried. */
export type NameRow = readonly [name: string, targets: readonly string[]]
