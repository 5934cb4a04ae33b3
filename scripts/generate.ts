/** Regenerates the typed gRPC code from inventory.proto; the result is committed, and `npm run check` compares it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BinaryReader } from '@bufbuild/protobuf/wire';

const contracts = fileURLToPath(new URL('../packages/contracts/', import.meta.url));
const buf = fileURLToPath(new URL('../node_modules/.bin/buf', import.meta.url));

execFileSync(buf, ['generate'], { cwd: contracts, stdio: 'inherit' });

// Server reflection serves the file's own descriptor: the only file of the FileDescriptorSet that buf builds.
const set = execFileSync(buf, ['build', '--exclude-source-info', '-o', '-#format=binpb'], { cwd: contracts });
const reader = new BinaryReader(set);
reader.uint32();
const descriptor = Buffer.from(reader.bytes()).toString('base64');
writeFileSync(
  new URL('../packages/contracts/src/generated/inventory-descriptor.ts', import.meta.url),
  `// Generated from inventory.proto by \`npm run generate\`. DO NOT EDIT.\n/** The FileDescriptorProto of inventory.proto, for server reflection. */\nexport const inventoryDescriptor =\n  '${descriptor}';\n`,
);
