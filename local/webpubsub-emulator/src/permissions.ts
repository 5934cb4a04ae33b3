import { compileGroupPattern, type GroupPattern } from './group-pattern.ts';

/** What a client may do itself. Without any role it only receives, from the groups that its token names. */
export type Permission = 'joinLeaveGroup' | 'sendToGroup';

export interface Permissions {
  /** Without a group: for all groups. */
  allows(permission: Permission, group?: string): boolean;
  grant(permission: Permission, group?: string): void;
  /** Without a group: takes every grant of this permission back. */
  revoke(permission: Permission, group?: string): void;
}

interface Grants {
  all: boolean;
  readonly groups: Set<string>;
  patterns: GroupPattern[];
}

export function isPermission(name: string | undefined): name is Permission {
  return name === 'joinLeaveGroup' || name === 'sendToGroup';
}

/** Starts with the roles of a token; roles that are not known grant nothing. */
export function makePermissions(roles: readonly string[]): Permissions {
  const grants: Readonly<Record<Permission, Grants>> = {
    joinLeaveGroup: readGrants(roles, 'joinLeaveGroup'),
    sendToGroup: readGrants(roles, 'sendToGroup'),
  };
  return {
    allows(permission, group) {
      const { all, groups, patterns } = grants[permission];
      if (all || group === undefined) return all;
      return groups.has(group) || patterns.some((matches) => matches(group));
    },
    grant(permission, group) {
      if (group === undefined) grants[permission].all = true;
      else grants[permission].groups.add(group);
    },
    revoke(permission, group) {
      const granted = grants[permission];
      if (group !== undefined) {
        granted.groups.delete(group);
        return;
      }
      granted.all = false;
      granted.groups.clear();
      granted.patterns = [];
    },
  };
}

/** `webpubsub.sendToGroup` for all groups, `webpubsub.sendToGroup.G` for one, `webpubsub.sendToGroups.P` for a pattern. */
function readGrants(roles: readonly string[], permission: Permission): Grants {
  const role = `webpubsub.${permission}`;
  const after = (prefix: string): string[] =>
    roles.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
  return {
    all: roles.includes(role),
    groups: new Set(after(`${role}.`)),
    patterns: after(`${role}s.`).map(compileGroupPattern),
  };
}
