import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { between } from '../random.ts';
import type { Scenario } from '../world.ts';

const up = fileURLToPath(new URL('../../../local/up.ts', import.meta.url));
const BROKEN_STARTS = 4;

/** Kills the supervisor: with whatever it had begun (initdb, databases, migrations), and in the middle of orders. */
export const brokenStart: Scenario = {
  name: 'broken-start',
  what: 'the very first start is killed four times at random moments (initdb, databases, migrations); later the supervisor dies amid orders',
  ground: 'whole',
  async prepare(home, portBase, random) {
    for (let start = 0; start < BROKEN_STARTS; start++) {
      const child = spawn(process.execPath, [up, '--home', home, '--port-base', String(portBase)], { stdio: 'ignore' });
      // The first start takes about five seconds on an ordinary machine; later ones begin where the one before died.
      await Promise.race([sleep(between(random, 300, 5_000)), once(child, 'exit')]);
      if (child.exitCode !== null) throw new Error(`start ${start + 1} ended by itself with ${child.exitCode}`);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
  },
  async run(world) {
    world.fault('SIGKILL of a first start', BROKEN_STARTS);
    const shopping = await world.shopping({ seconds: world.isShort ? 6 : 15 });
    for (const share of world.isShort ? [0.3] : [0.2, 0.6]) {
      await shopping.reached(share);
      await world.replaceSupervisor();
    }
    await shopping.over;
  },
};
