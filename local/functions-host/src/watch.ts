import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { EXIT } from './exit-codes.ts';

/** A build writes several files; this much silence means it is done. */
const QUIET_MS = 100;
const REAPPEAR_POLL_MS = 100;
/** A restart does not wait for work under way as long as a shutdown does. */
const KILL_AFTER_MS = 1000;
const RESTART_AFTER_CRASH_MS = 500;

/** Keeps the host running as a child process and replaces it whenever the app's files change. */
export function watchAndRestart(appDirectory: string, scriptAndArguments: string[]): void {
  const childArguments = scriptAndArguments.filter((argument) => argument !== '--watch');
  let child: ChildProcess | undefined;
  let isStopping = false;

  function start(): void {
    const started = spawn(process.execPath, childArguments, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    child = started;
    let wasReady = false;
    started.once('message', () => {
      wasReady = true;
    });
    started.once('exit', (code) => {
      if (child !== started) return;
      child = undefined;
      if (isStopping) process.exit(code ?? EXIT.stopped);
      // An app that cannot start waits for its next build; one that ran and died is started again.
      if (wasReady) setTimeout(() => child ?? start(), RESTART_AFTER_CRASH_MS);
      else process.stdout.write('waiting for changes\n');
    });
  }

  function restart(): void {
    const old = child;
    child = undefined;
    if (old === undefined) {
      start();
      return;
    }
    process.stdout.write('the app changed: restarting\n');
    const kill = setTimeout(() => old.kill('SIGKILL'), KILL_AFTER_MS);
    old.once('exit', () => {
      clearTimeout(kill);
      if (!isStopping) start();
    });
    old.kill('SIGTERM');
  }

  const stop = () => {
    isStopping = true;
    if (child === undefined) process.exit(EXIT.stopped);
    child.kill('SIGTERM');
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (process.connected) process.on('disconnect', stop);
  start();
  onChange(appDirectory, restart);
}

/** Calls back once per burst of changes, also when a build removes the directory and makes it anew. */
function onChange(directory: string, callback: () => void): void {
  let quiet: NodeJS.Timeout | undefined;
  const watcher = watch(directory, { recursive: true }, (_event, file) => {
    if (file !== null && /(^|[\\/])(node_modules|\.functions)([\\/]|$)/.test(file)) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      if (existsSync(path.join(directory, 'package.json'))) callback();
      else rewatch();
    }, QUIET_MS);
  });
  watcher.on('error', rewatch);

  function rewatch(): void {
    watcher.close();
    clearTimeout(quiet);
    const poll = setInterval(() => {
      if (!existsSync(path.join(directory, 'package.json'))) return;
      clearInterval(poll);
      onChange(directory, callback);
      callback();
    }, REAPPEAR_POLL_MS);
  }
}
