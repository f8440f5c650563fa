import { expect } from 'vitest'

/** Equal to an `AppError` of this code, which names this field among others. */
export const refusal = (code: string, field?: string) =>
  expect.objectContaining({
    code,
    ...(field === undefined ? {} : { fields: expect.arrayContaining([expect.objectContaining({ field })]) }),
  })
