/**
 * nearest gives the names that `name` was probably meant to be, best first: a few slips away, or beginning alike.
 * Case and the difference between `-`, `_`, `.` and nothing count little, because people mix them up.
 */
export function nearest(name: string, names: Iterable<string>, max = 1): string[] {
  const wanted = plain(name)
  if (wanted === '') return []
  const found: { readonly candidate: string; readonly score: number }[] = []
  for (const candidate of new Set(names)) {
    const offered = plain(candidate)
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, offered.length) / 3))
    const slips = distance(wanted, offered, allowed)
    if (slips <= allowed) found.push({ candidate, score: slips })
    else if (wanted.length >= 3 && offered.startsWith(wanted)) found.push({ candidate, score: allowed + 1 })
    else if (offered.length >= 3 && wanted.startsWith(offered)) found.push({ candidate, score: allowed + 2 })
  }
  return found
    .sort((a, b) => a.score - b.score || order(a.candidate, b.candidate))
    .slice(0, max)
    .map(({ candidate }) => candidate)
}

/** didYouMean puts the nearest names into a sentence, '' when there are none. */
export function didYouMean(name: string, names: Iterable<string>, max = 1): string {
  const found = nearest(name, names, max).map(candidate => JSON.stringify(candidate))
  if (found.length === 0) return ''
  return `did you mean ${found.length === 1 ? found[0] : `${found.slice(0, -1).join(', ')} or ${found.at(-1)}`}?`
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_. ]+/g, '')
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** distance counts slips: a letter added, left out, changed, or two neighbours swapped. Beyond `most` it stops counting. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let slips = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        slips = Math.min(slips, before[column - 2]! + 1)
      }
      current.push(slips)
      least = Math.min(least, slips)
    }
    if (least > most) return most + 1
    before = above
    above = current
  }
  return above[b.length]!
}
