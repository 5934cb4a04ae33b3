export { type Clock, systemClock } from './clock.ts';
export { ConfigError } from './config-text.ts';
export { DirectoryInUseError } from './directory-lock.ts';
export { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
export type { SyncMode } from './journal.ts';
export { PortTakenError } from './listening.ts';
