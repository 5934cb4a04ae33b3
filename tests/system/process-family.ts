import { execFileSync } from 'node:child_process';

/**
 * Stops a process and everything below it in their tracks, and answers what lets them go on. What was stopped already, by
 * somebody else, stays so.
 */
export function freezeFamily(root: number): () => void {
  const frozen = familyOf(root).filter(({ isStopped }) => !isStopped);
  for (const { pid } of frozen) signal(pid, 'SIGSTOP');
  return () => {
    for (const { pid } of frozen) signal(pid, 'SIGCONT');
  };
}

function familyOf(root: number): { readonly pid: number; readonly isStopped: boolean }[] {
  const running = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent, state]) => ({
      pid: Number(pid),
      parent: Number(parent),
      isStopped: state?.startsWith('T') === true,
    }));
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of running) if (family.has(parent)) family.add(pid);
  }
  return running.filter(({ pid }) => family.has(pid));
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
