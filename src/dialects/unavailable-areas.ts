import type { Endpoint, Method } from '../http/endpoint.ts'
import { unavailableEndpoint } from '../http/unavailable-endpoint.ts'

/** Operations of one kind that a vendor documents and this server does not do, and what a caller is told of them. */
export interface UnavailableArea {
  /** Second part of their ids. */
  name: string
  tag: string
  sentence: string
  operations: [method: Method, path: string, summary: string][]
}

/** An endpoint for every operation; its id is made of the dialect, the area and its summary. */
export function unavailableAreas(dialect: string, areas: readonly UnavailableArea[]): Endpoint[] {
  return areas.flatMap(({ name, tag, sentence, operations }) =>
    operations.map(([method, path, summary]) => {
      const id = `${dialect}.${name}.${summary.toLowerCase().replaceAll(/\W+/g, '_')}`
      return unavailableEndpoint({ id, method, path, summary, tag, sentence })
    }),
  )
}
