/** How long ago, or until when; the exact time is its title. It moves on by itself, once a minute. */
import { useEffect, useState } from 'react'

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

export function relativeTime(time: number, now: number): string {
  for (const [unit, length] of steps) {
    if (Math.abs(time - now) >= length) return words.format(Math.trunc((time - now) / length), unit)
  }
  return time > now ? 'in a moment' : 'just now'
}

export function RelativeTime({ time }: { time: string }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000)
    return () => clearInterval(timer)
  }, [])
  const at = Date.parse(time)
  return (
    <time dateTime={time} title={exact.format(at)}>
      {relativeTime(at, now)}
    </time>
  )
}
