import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When the process `pid` started, as opaque text, or undefined when there is no such process. A zombie counts as gone once
 * its last thread is: until then its ports are taken.
 * A pid together with this text names one process for ever: a pid alone may belong to a stranger by now.
 */
export function startOf(pid: number): string | undefined {
  return process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
}

/** True while the very process that was recorded is running. */
export function isStillRunning(recorded: { readonly pid: number; readonly start: string }): boolean {
  return startOf(recorded.pid) === recorded.start;
}

/** The command line of a process, or undefined when it cannot be read. */
export function commandLineOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function startFromProc(pid: number): string | undefined {
  try {
    const ticksSinceBoot = ticksFromStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    if (ticksSinceBoot === undefined) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}:${ticksSinceBoot}`;
  } catch {
    return undefined;
  }
}

/** When the process of this line of /proc/<pid>/stat started, in ticks since boot; undefined when it is gone. */
export function ticksFromStat(stat: string): string | undefined {
  // The second field is the name in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, ticksSinceBoot] = [fields[0], Number(fields[17]), fields[19]];
  // The main thread of a killed process is a zombie while others still end, and files close with the last of them.
  const isGone = state === 'X' || (state === 'Z' && threads <= 1);
  return isGone ? undefined : ticksSinceBoot;
}

function startFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    const [state = '', ...start] = line.split(/\s+/);
    return line === '' || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
