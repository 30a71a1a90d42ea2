/**
 * What a cell of a table says: its text or number, trimmed; or what is wrong with it.
 * @param names what whole numbers stand for
 */
export function labelOf(cell: unknown, names: readonly string[] | undefined): { label: string } | { wrong: string } {
  if (cell === null || cell === undefined || cell === '') return { wrong: 'is empty' }
  if (names !== undefined && (typeof cell === 'bigint' || typeof cell === 'number')) {
    const name = names[Number(cell)]
    if (name !== undefined) return { label: name }
    return { wrong: `is ${cell}, and its classes are 0 to ${names.length - 1}` }
  }
  if (typeof cell !== 'string' && typeof cell !== 'number' && typeof cell !== 'bigint' && typeof cell !== 'boolean')
    return { wrong: 'is neither a text nor a number' }
  const label = String(cell).trim()
  return label === '' ? { wrong: 'is empty' } : { label }
}
