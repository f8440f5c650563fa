import { z } from 'zod'

export const setupSchema = z
  .strictObject({
    base_url: z.string().describe('This server, as the caller reached it.'),
    degraded: z.array(z.string()).describe('Sentences about what does not work as it should.'),
    dialects: z.array(
      z.strictObject({
        name: z.string().describe('What `POST /v1/keys` takes as `dialect`.'),
        title: z.string(),
        base_url: z.string().describe('What clients are given.'),
        key_form: z.string().describe('How keys of this dialect look.'),
        public_key_form: z
          .string()
          .nullable()
          .describe('The same of keys with `allowed_origins`; null: it has no such keys.'),
        note: z.string(),
        example: z.strictObject({
          title: z.string(),
          curl: z.string().describe('Works when pasted, with a key in the place of `$KEY`.'),
        }),
      }),
    ),
  })
  .meta({ id: 'Setup' })
