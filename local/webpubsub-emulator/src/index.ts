export { AccessKeyError } from './access-key.ts';
export { type Clock, systemClock } from './clock.ts';
export { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { PortTakenError } from './listening.ts';
