import { lazyRouteComponent } from '@tanstack/react-router'
import { unreachable } from './api/problem.ts'

/** The scripts of a page did not come: the server is down, or serves another build by now. */
export class PageNotLoaded extends Error {
  constructor(cause: unknown) {
    super(unreachable(cause).message, { cause })
    this.name = 'PageNotLoaded'
  }
}

/**
 * A page that is loaded when it is first asked for: `lazyPage(() => import('./x-page.tsx'), 'XPage')`. The router would
 * load the whole console anew when that fails, which leads nowhere while the server is down.
 */
export function lazyPage<Module extends Record<string, unknown>, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
) {
  return lazyRouteComponent(async () => {
    try {
      return await load()
    } catch (cause) {
      throw new PageNotLoaded(cause)
    }
  }, name)
}
