/** The service's own rules for names, from the SDK's parameter constraints. */
const HUB = /^[A-Za-z][A-Za-z0-9_`,.[\]]{0,127}$/;
const MAX_GROUP_LENGTH = 1024;

export function isHubName(name: string): boolean {
  return HUB.test(name);
}

export function isGroupName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_GROUP_LENGTH && name.trim() !== '';
}
