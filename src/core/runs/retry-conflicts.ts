/** Deadlock detected; could not serialize. Either way the transaction was rolled back for another's sake. */
const conflicts = new Set<unknown>(['40P01', '40001'])
const mostAttempts = 3

/** Does a whole transaction again when the database ended it in favour of another one, up to twice. */
export async function retryConflicts<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction()
    } catch (error) {
      const conflict = error instanceof Error && 'code' in error && conflicts.has(error.code)
      if (!conflict || attempt === mostAttempts) throw error
    }
  }
}
