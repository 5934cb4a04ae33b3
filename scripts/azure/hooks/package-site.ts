/** Before azd packages a site: builds it, and puts a copy where azd takes it from. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { copySite } from '../fill-site.ts';
import { siteFolders } from '../site-folders.ts';

const { name, built, deployed } = siteFolders(process.argv[2]);
const build = join(import.meta.dirname, '../../build.ts');
const { status } = spawnSync(process.execPath, [build, name], { stdio: 'inherit' });
if (status !== 0) throw new Error(`${name} could not be built.`);
await copySite(built, deployed);
