import { useEffect, useEffectEvent, useRef } from 'react'

/** What the tabs of one browser tell each other about the session that they share. */
export type SessionNews = 'signed-in' | 'signed-out'

/** Listens to the other tabs of the console; the function answered tells them. */
export function useOtherTabs(onNews: (news: SessionNews) => void): (news: SessionNews) => void {
  const channel = useRef<BroadcastChannel | null>(null)
  const hear = useEffectEvent(onNews)
  useEffect(() => {
    const opened = new BroadcastChannel('parley-session')
    opened.addEventListener('message', ({ data }: MessageEvent<SessionNews>) => hear(data))
    channel.current = opened
    return () => opened.close()
  }, [])
  return (news) => channel.current?.postMessage(news)
}
