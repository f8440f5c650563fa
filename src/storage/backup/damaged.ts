import { AppError } from '../../errors.ts'

/** Why a backup cannot be restored, in a sentence for the person who tries. */
export function damaged(detail: string): AppError {
  return new AppError('invalid_backup', { detail })
}
