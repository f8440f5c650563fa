/** Milliseconds of the processor that `work` took of this thread; what other programs took meanwhile is not in them. */
export function cpuTime(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1000
}
