import { expect, it } from 'vitest'
import type { ErrorCode } from '../../src/errors.ts'
import type { LanguageModel } from '../../src/ports/language-model.ts'
import type { ProviderDependencies } from '../../src/providers/provider-record.ts'
import { failureOf } from './model-calls.ts'
import type { FakeVendor, Respond, ScriptedAnswer } from './scripted-answer.ts'

/** Starts a vendor with a script and a model that talks to it. */
export type Bench = (
  respond: Respond,
  patience?: Partial<ProviderDependencies>,
) => Promise<{ model: LanguageModel; vendor: FakeVendor | null } & AsyncDisposable>

/** The part of the contract that says which failure is which. */
export function describeFailures(bench: Bench): void {
  const cases: [string, ScriptedAnswer, ErrorCode][] = [
    ...[400, 401, 403, 404, 413, 422].map((status) => caseOf(status, refusal(status), 'provider_rejected')),
    caseOf(429, refusal(429), 'provider_rate_limited'),
    ...[408, 409, 500, 502, 503, 529].map((status) =>
      caseOf(status, refusal(status), 'provider_unavailable'),
    ),
    ['no answer at all', { hang: true }, 'provider_unavailable'],
    ['silence in the middle', { pieces: [{ text: 'Hel' }], ending: 'hang' }, 'provider_unavailable'],
    ['a connection that drops', { pieces: [{ text: 'Hel' }], ending: 'drop' }, 'provider_unavailable'],
    ['an answer that ends early', { pieces: [{ text: 'Hel' }], ending: 'close' }, 'provider_unavailable'],
    ['nothing in the answer', { pieces: [], ending: 'close' }, 'provider_unavailable'],
    ['garbage in the stream', { pieces: [{ bytes: 'data: {"half": \n\n' }] }, 'provider_answer_invalid'],
    [
      'a page instead of a stream',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      'provider_answer_invalid',
    ],
    ['JSON instead of a stream', { status: 200, body: { hello: 'world' } }, 'provider_answer_invalid'],
  ]
  it.each(cases)('takes %s as a failure of the right kind', async (_, answer, code) => {
    await using one = await bench([answer], { headersTimeoutMs: 150, idleTimeoutMs: 150 })
    const error = await failureOf(one.model)
    expect(error.code).toBe(code)
    expect(error.retryable).toBe(code !== 'provider_rejected')
    if ('status' in answer && answer.status !== 200)
      expect(error.message).toContain(`Said with ${answer.status}.`)
  })
  it('takes a server that is not there as unavailable', async () => {
    await using one = await bench([])
    await one.vendor?.close()
    expect((await failureOf(one.model)).code).toBe('provider_unavailable')
  })
  it('takes an empty account as a refusal, because waiting does not fill it', async () => {
    await using one = await bench([
      { status: 429, body: { error: { message: 'No money.', code: 'insufficient_quota' } } },
    ])
    expect((await failureOf(one.model)).code).toBe('provider_rejected')
  })
}

function caseOf(
  status: number,
  answer: ScriptedAnswer,
  code: ErrorCode,
): [string, ScriptedAnswer, ErrorCode] {
  return [`status ${status}`, answer, code]
}

function refusal(status: number): ScriptedAnswer {
  return { status, body: { error: { message: `Said with ${status}.` } } }
}
