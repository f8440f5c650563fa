import { AppError } from '../errors.ts'

/**
 * What `work` answers, or what it is refused with, its fields renamed: core calls them by its own names, the client has
 * to find them in what it sent.
 */
export async function withWireFields<Result>(
  rename: (field: string) => string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError) || error.fields.length === 0) throw error
    const fields = error.fields.map(({ field, message }) => ({ field: rename(field), message }))
    const detail = fields.map(({ field, message }) => `${field}: ${message}`).join('; ')
    const { code, facts, cause } = error
    throw new AppError(code, { detail, fields, facts, ...(cause !== undefined && { cause }) })
  }
}
