/**
 * A named place where a fault test kills the process: `XP_CRASH_AT=<name>` ends it there with SIGKILL, as a power cut
 * or the kernel's out-of-memory killer would.
 */
export function crashPoint(name: string): void {
  if (process.env.XP_CRASH_AT === name) process.kill(process.pid, 'SIGKILL')
}
