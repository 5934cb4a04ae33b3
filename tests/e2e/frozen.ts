import { readEndpoints } from '../../local/endpoints.ts';

/**
 * Stops the named processes in their tracks while `work` runs: they keep their connections and answer nothing, as a host
 * does that is overloaded or cut off. Thawed, they go on where they were.
 */
export async function whileFrozen<T>(home: string, parts: readonly string[], work: () => Promise<T>): Promise<T> {
  const { processes } = await readEndpoints(home);
  const pids = parts.map((part) => {
    const pid = processes[part];
    if (pid === undefined) throw new Error(`No process ${part} is running.`);
    return pid;
  });
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}
