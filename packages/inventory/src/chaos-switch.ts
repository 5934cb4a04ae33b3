import { type ChaosChange, type ChaosSettings, chaosDefaults, chaosSettings } from '@valerix/contracts/chaos-api';
import type { EventData } from '@valerix/contracts/events';
import { type Outbox, outboxRow, writeOutbox } from '@valerix/platform/outbox';
import type { Database } from '@valerix/platform/postgres';
import { currentTraceparent } from '@valerix/platform/telemetry/spans';

/** What is in force, as the database knows it. */
export interface ChaosState {
  readonly settings: ChaosSettings;
  /** Counts up with every switch; null while no operator's setting is in force and the environment counts. */
  readonly revision: number | null;
  readonly expiresAt: string | null;
  /** Until it expires, by the clock of the database; null when it does not. */
  readonly remainingMs: number | null;
  readonly updatedAt: string | null;
  /** An operator's setting has expired and nobody put that on record yet. */
  readonly isOverdue: boolean;
}

/** Faults on purpose as an operator switches them, for both faces of the service. */
export interface ChaosSwitch {
  read(): Promise<ChaosState>;
  /** Changes the parts that are given, of whatever is in force, and announces it. Answers what is in force then. */
  set(change: ChaosChange): Promise<ChaosState>;
  /** Puts on record that an operator's setting has expired, and announces it: once, whoever notices first. */
  expire(): Promise<void>;
  /** Makes known what a host's environment asks for, which is in force where no operator set anything. */
  reportEnvironment(settings: ChaosSettings): Promise<void>;
}

interface SwitchRow {
  readonly environment: unknown;
  readonly revision: number | null;
  readonly settings: unknown;
  readonly expires_at: Date | null;
  readonly remaining_ms: number | null;
  readonly updated_at: Date | null;
}

const readSql = `
  SELECT environment.settings AS environment, revision, latest.settings, expires_at, updated_at,
    extract(epoch FROM expires_at - clock_timestamp())::float8 * 1000 AS remaining_ms
  FROM (VALUES (true)) AS always (is_only_row)
  LEFT JOIN chaos_environment AS environment USING (is_only_row)
  LEFT JOIN (SELECT * FROM chaos_switches ORDER BY revision DESC LIMIT 1) AS latest ON true`;
// Readers do not wait for it; whoever switches at the same moment does, and then builds on this switch.
const lockSql = 'LOCK TABLE chaos_switches IN SHARE ROW EXCLUSIVE MODE';
const insertSql = `
  INSERT INTO chaos_switches (cause, settings, expires_at)
  VALUES ($1, $2, coalesce($3::timestamptz, clock_timestamp() + $4::float8 * interval '1 second'))`;
const reportSql = `
  INSERT INTO chaos_environment (settings) VALUES ($1)
  ON CONFLICT (is_only_row) DO UPDATE SET settings = excluded.settings, reported_at = now()
  WHERE chaos_environment.settings IS DISTINCT FROM excluded.settings`;

export function makeChaosSwitch(options: { readonly database: Database; readonly outbox: Outbox }): ChaosSwitch {
  const { database, outbox } = options;

  const readBy = async (run: Database['query']): Promise<ChaosState> => {
    const [row] = await run<SwitchRow>(readSql);
    if (row === undefined) throw new Error('the database answered no row');
    return stateOf(row);
  };

  /** The announcement of a switch, written where the switch is. */
  const announce = async (run: Database['query'], cause: EventData<'ChaosChanged'>['cause']) => {
    const state = await readBy(run);
    const { settings, expiresAt } = state;
    const updatedAt = state.updatedAt ?? new Date().toISOString();
    const traceparent = currentTraceparent() ?? null;
    const event = outboxRow('ChaosChanged', { ...settings, cause, expiresAt, updatedAt }, { traceparent });
    await writeOutbox(run, [event]);
    return { state, event };
  };

  return {
    read: () => readBy(database.query),
    async set(change) {
      const { state, event } = await database.transaction(async (run) => {
        await run(lockSql);
        const before = await readBy(run);
        const settings: ChaosSettings = {
          gremlin: change.gremlin ?? before.settings.gremlin,
          schrodinger: change.schrodinger ?? before.settings.schrodinger,
          seed: change.seed === undefined ? before.settings.seed : change.seed,
        };
        const keptExpiry = change.expiresInSeconds === undefined ? before.expiresAt : null;
        await run(insertSql, ['operator', JSON.stringify(settings), keptExpiry, change.expiresInSeconds ?? null]);
        return announce(run, 'operator');
      });
      void outbox.publish([event]);
      return state;
    },
    async expire() {
      const event = await database.transaction(async (run) => {
        await run(lockSql);
        if (!(await readBy(run)).isOverdue) return undefined;
        await run(insertSql, ['expiry', null, null, null]);
        return (await announce(run, 'expiry')).event;
      });
      if (event !== undefined) void outbox.publish([event]);
    },
    async reportEnvironment(settings) {
      await database.query(reportSql, [JSON.stringify(settings)]);
    },
  };
}

function stateOf({ environment, revision, settings, expires_at, remaining_ms, updated_at }: SwitchRow): ChaosState {
  const wasSet = settings !== null;
  const hasExpired = remaining_ms !== null && remaining_ms <= 0;
  const updatedAt = updated_at?.toISOString() ?? null;
  if (wasSet && !hasExpired) {
    const expiresAt = expires_at?.toISOString() ?? null;
    return {
      settings: chaosSettings.parse(settings),
      revision,
      expiresAt,
      remainingMs: remaining_ms,
      updatedAt,
      isOverdue: false,
    };
  }
  return {
    settings: environment === null ? chaosDefaults : chaosSettings.parse(environment),
    revision: null,
    expiresAt: null,
    remainingMs: null,
    updatedAt,
    isOverdue: wasSet,
  };
}
