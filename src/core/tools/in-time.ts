import vm from 'node:vm'

let watch: { context: vm.Context; script: vm.Script } | null = null

/**
 * What `work` answers, or null when it was stopped because it took longer than this. Nothing else of this thread runs
 * meanwhile, so it bounds how long one tenant's schema or pattern holds up everybody. Only a script has a time limit;
 * what it calls has it too, in the middle of a loop or of an expression. Costs a tenth of a millisecond.
 */
export function inTime<Result>(work: () => Result, milliseconds: number): { result: Result } | null {
  watch ??= { context: vm.createContext({}), script: new vm.Script('work()') }
  const { context, script } = watch
  context['work'] = work
  try {
    return { result: script.runInContext(context, { timeout: milliseconds }) as Result } // what `work` returned
  } catch (error) {
    if (isTimeout(error)) return null
    throw error
  } finally {
    context['work'] = null
  }
}

/** The error is of the other context, and so no instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
}
