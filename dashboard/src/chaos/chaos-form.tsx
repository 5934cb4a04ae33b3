import type { ChaosView } from '@valerix/contracts/chaos-api';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useConfirm } from '../app/confirm.tsx';
import { OutcomeNote } from '../app/outcome-note.tsx';
import { useAction } from '../app/use-action.ts';
import { useOperations } from '../live/use-board.ts';
import { type ChaosDraft, changeOf, draftOf } from './chaos-draft.ts';
import { Choice, Field } from './chaos-fields.tsx';
import { wordsOf } from './chaos-words.ts';
import { setChaos } from './set-chaos.ts';

const gremlinModes = [
  ['off', 'Off'],
  ['random', 'Random'],
  ['every-nth', 'Every nth'],
] as const;

const schrodingerModes = [
  ['off', 'Off'],
  ['error', 'Error'],
  ['drop', 'Cut'],
  ['exit', 'Die'],
] as const;

const expiries = [
  ['60', '1 minute'],
  ['300', '5 minutes'],
  ['900', '15 minutes'],
  ['3600', '1 hour'],
  ['', 'never'],
] as const;

/** Both faults with all their settings; applied together, so that what is in force is what stands here. */
export function ChaosForm({ view }: { readonly view: ChaosView }) {
  const operations = useOperations();
  const confirm = useConfirm();
  const { busy, outcome, run } = useAction();
  const [edited, setEdited] = useState<ChaosDraft>();
  const draft = edited ?? draftOf(view);
  const change = (part: Partial<ChaosDraft>) => setEdited({ ...draft, ...part });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const check = changeOf(draft);
    if (!check.ok) {
      await run(async () => {
        throw new Error(check.faults.map(({ field, message }) => `${field} ${message}.`).join(' '));
      });
      return;
    }
    const { change: wanted } = check;
    const words = wordsOf({
      gremlin: wanted.gremlin ?? view.gremlin,
      schrodinger: wanted.schrodinger ?? view.schrodinger,
      seed: wanted.seed ?? null,
    });
    const sure =
      words.length === 0 ||
      (await confirm({
        title: 'Inject faults on purpose?',
        body: `Real orders will feel this. ${words.join('. ')}.`,
        action: 'Inject faults',
        destructive: true,
      }));
    if (!sure) return;
    await run(async () => {
      await setChaos(operations, wanted);
      setEdited(undefined);
      return words.length === 0 ? 'All faults are off.' : 'In force within a second.';
    });
  };

  return (
    <form className="chaos-form" onSubmit={submit} noValidate>
      <fieldset>
        <legend>
          Gremlin <span className="fault-meaning">the warehouse is slow</span>
        </legend>
        <Choice
          name="gremlin-mode"
          label="Gremlin"
          options={gremlinModes}
          value={draft.gremlinMode}
          onChange={(gremlinMode) => change({ gremlinMode })}
        />
        <Settings shown={draft.gremlinMode === 'random'}>
          <Field label="from" unit="ms" value={draft.minDelayMs} onChange={(minDelayMs) => change({ minDelayMs })} />
          <Field label="to" unit="ms" value={draft.maxDelayMs} onChange={(maxDelayMs) => change({ maxDelayMs })} />
        </Settings>
        <Settings shown={draft.gremlinMode === 'every-nth'}>
          <Field
            label="each"
            unit="th call"
            value={draft.gremlinEveryNth}
            onChange={(gremlinEveryNth) => change({ gremlinEveryNth })}
          />
          <Field label="waits" unit="ms" value={draft.delayMs} onChange={(delayMs) => change({ delayMs })} />
        </Settings>
      </fieldset>
      <fieldset>
        <legend>
          Schrödinger <span className="fault-meaning">a crash after the commit</span>
        </legend>
        <Choice
          name="schrodinger-mode"
          label="Schrödinger"
          options={schrodingerModes}
          value={draft.schrodingerMode}
          onChange={(schrodingerMode) => change({ schrodingerMode })}
        />
        <Settings shown={draft.schrodingerMode !== 'off'}>
          <label className="field">
            <span>when</span>
            <select
              value={draft.schrodingerBy}
              onChange={({ target }) =>
                change({ schrodingerBy: target.value === 'every-nth' ? 'every-nth' : 'probability' })
              }
            >
              <option value="probability">by chance</option>
              <option value="every-nth">every nth</option>
            </select>
          </label>
          {draft.schrodingerBy === 'probability' ? (
            <Field
              label="chance"
              unit="%"
              value={draft.probabilityPercent}
              onChange={(probabilityPercent) => change({ probabilityPercent })}
            />
          ) : (
            <Field
              label="each"
              unit="th call"
              value={draft.schrodingerEveryNth}
              onChange={(schrodingerEveryNth) => change({ schrodingerEveryNth })}
            />
          )}
        </Settings>
      </fieldset>
      <div className="chaos-common">
        <Field label="Seed" placeholder="by chance" value={draft.seed} onChange={(seed) => change({ seed })} />
        <label className="field">
          <span>Ends after</span>
          <select value={draft.expiresInSeconds} onChange={({ target }) => change({ expiresInSeconds: target.value })}>
            {expiries.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="primary" disabled={busy}>
          Apply
        </button>
      </div>
      <OutcomeNote outcome={outcome} />
    </form>
  );
}

/** The settings of the mode that is chosen; the others would only distract. */
const Settings = ({ shown, children }: { readonly shown: boolean; readonly children: ReactNode }) =>
  shown ? <div className="chaos-settings">{children}</div> : null;
