// How long work takes the processor, which is the same on a machine that does much else. (This process's threads count
// together: what runs beside it in the same process is measured too.)

/** Milliseconds. */
export function processorMs(work: () => unknown): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}
