import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useApi } from '../../api/context.tsx'
import { keys } from '../../api/query.ts'
import type { Usage } from '../../api/wire.ts'
import { ButtonLink } from '../../components/button-link.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Segments } from '../../components/segments.tsx'
import { EmptyState, QueryState } from '../../components/states.tsx'
import { groupings, measures, ranges, type Grouping, type Range, type UsageSearch } from './usage-search.ts'
import { bucketsOf } from './usage-series.ts'
import { UsageView } from './usage-view.tsx'
import styles from './usage.module.css'

const route = getRouteApi('/usage')

/** The usage of a range, and the time at which it was asked for, which says where the range ends. */
function useUsage(range: Range, by: Grouping) {
  const api = useApi()
  return useQuery({
    queryKey: keys.usage({ range, by }),
    queryFn: async ({ signal }) => {
      const now = Date.now()
      const time = range === '24h' ? 'hour' : 'day'
      const query = {
        from: bucketsOf(range, now)[0]?.toISOString(),
        group_by: by === 'time' ? time : `${time},${by}`,
      }
      return { ...(await api.get<Usage>('/usage', { query, signal })), now, range, by }
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
}

export function UsagePage() {
  const { range = '7d', by = 'time', show = 'tokens' } = route.useSearch()
  const navigate = route.useNavigate()
  const usage = useUsage(range, by)
  const choose = (change: UsageSearch) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
  return (
    <>
      <PageHeader title="Usage">
        Tokens, cost and runs of this workspace. Runs count when they have ended.
      </PageHeader>
      <div className={styles['controls']}>
        <Segments label="Range" value={range} options={ranges} onChange={(next) => choose({ range: next })} />
        <Segments label="Group" value={by} options={groupings} onChange={(next) => choose({ by: next })} />
        <Segments label="Show" value={show} options={measures} onChange={(next) => choose({ show: next })} />
      </div>
      <QueryState query={usage}>
        {(data) =>
          data.data.length === 0 ? (
            <EmptyState
              title="No run ended in this time."
              action={
                <ButtonLink to="/playground" look="primary">
                  Talk to an agent
                </ButtonLink>
              }
            >
              Every run counts here, whichever API it came through. Talk to an agent, or choose a longer time.
            </EmptyState>
          ) : (
            <UsageView
              usage={data}
              view={{ range: data.range, by: data.by, measure: show, now: data.now }}
              stale={usage.isPlaceholderData}
            />
          )
        }
      </QueryState>
    </>
  )
}
