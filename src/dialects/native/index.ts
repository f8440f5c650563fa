import type { AccessService } from '../../core/access/access-service.ts'
import type { Endpoint } from '../../http/endpoint.ts'
import type { Dialect } from '../dialect.ts'
import { keyForms } from '../key-forms.ts'
import { keyEndpoints } from './endpoints/keys.ts'
import { meEndpoints } from './endpoints/me.ts'
import { memberEndpoints } from './endpoints/members.ts'
import { printError, printStreamError } from './errors.ts'

export interface NativeServices {
  access: AccessService
}

/** Every endpoint of the native API. */
export function nativeEndpoints(services: NativeServices): Endpoint[] {
  return [...meEndpoints(services), ...keyEndpoints(services), ...memberEndpoints(services)]
}

/** Parley's own API: a dialect among equals. */
export function createNativeDialect(endpoints: Endpoint[]): Dialect {
  return {
    name: 'native',
    mount: 'native',
    base: '/v1',
    keyForm: keyForms.native,
    ownPaths: [],
    endpoints,
    printError,
    printStreamError,
  }
}
