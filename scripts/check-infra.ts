/** `npm run check:infra`: the Bicep files compile and lint without a single warning. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBicep } from './bicep/find-bicep.ts';

const infra = fileURLToPath(new URL('../infra', import.meta.url));
const main = join(infra, 'main.bicep');
const parameterFiles = readdirSync(infra).filter((name) => name.endsWith('.bicepparam'));

const bicep = findBicep();
if (bicep === undefined) {
  console.error(
    'infra: not checked: no Bicep compiler (bicep on the PATH, az bicep, azd, or .NET to bring it from NuGet)',
  );
  // Where it decides what may land, nothing goes unchecked.
  process.exitCode = process.env.CI ? 1 : 0;
} else {
  const failed = [
    // Lints as well, by the rules of bicepconfig.json.
    ['build', main, '--stdout'],
    ...parameterFiles.map((name) => ['build-params', join(infra, name), '--stdout']),
  ].filter((args) => {
    const { succeeded, complaints } = bicep.run(args);
    if (complaints !== '') console.error(complaints);
    return !succeeded || complaints !== '';
  });
  const checked = ['main.bicep and its modules', ...parameterFiles].join(', ');
  console.log(
    failed.length === 0
      ? `infra: ${checked}: no errors, no warnings (Bicep ${bicep.version} from ${bicep.from})`
      : `infra: ${failed.map(([verb]) => verb).join(', ')} failed (Bicep ${bicep.version} from ${bicep.from})`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}
