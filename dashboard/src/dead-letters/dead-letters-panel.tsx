import type { DeadLetterView } from '@valerix/contracts/dead-letters-api';
import { useState } from 'react';
import { useConfirm } from '../app/confirm.tsx';
import { formatAge, formatCount } from '../app/formats.ts';
import { OutcomeNote } from '../app/outcome-note.tsx';
import { Panel, Placeholder, StaleNote } from '../app/panel.tsx';
import { useAction } from '../app/use-action.ts';
import { displayNames, type ServiceName, serviceNames } from '../live/service-calls.ts';
import { useBoard, useOperations } from '../live/use-board.ts';
import { countDeadLetters } from './dead-letters.ts';
import { discardAll, discardLetter, type LetterPlace, replayAll, replayLetter } from './letter-calls.ts';
import { LetterDialog } from './letter-dialog.tsx';
import './dead-letters.css';

const SHOWN = 50;

/** Messages that no reader handled, of both services, and what an operator can do with them. */
export function DeadLettersPanel() {
  const deadLetters = useBoard((board) => board.deadLetters);
  const { call, snapshots } = useOperations();
  const confirm = useConfirm();
  const { busy, outcome, run } = useAction();
  const [opened, setOpened] = useState<LetterPlace>();

  const counted = countDeadLetters(deadLetters);
  const rows = serviceNames.flatMap((service) =>
    (deadLetters[service].value?.letters ?? []).map((letter) => ({ service, letter })),
  );
  const errors = serviceNames.flatMap((service) => deadLetters[service].error ?? []);

  /** Runs and then reads again, so that the list shows what was done. */
  const perform = (work: () => Promise<string>) =>
    run(async () => {
      const words = await work();
      await snapshots.reread('deadLetters');
      return words;
    });
  const ofEach = async (work: (service: ServiceName) => Promise<string>) => {
    const concerned = serviceNames.filter((service) => (deadLetters[service].value?.letters.length ?? 0) > 0);
    const told = await Promise.all(
      concerned.map(async (service) => `${displayNames[service]}: ${await work(service)}`),
    );
    return told.join(' ');
  };
  const total = `${formatCount(counted?.count ?? rows.length)}${counted?.more ? ' and more' : ''}`;

  const askReplay = async (place: LetterPlace, letter: DeadLetterView) => {
    const yes = await confirm({
      title: 'Replay this dead letter?',
      body: `${letter.reader} gets a fresh copy of ${letter.eventType ?? 'this message'}; then it is taken off this list.`,
      action: 'Replay',
    });
    if (yes) await perform(() => replayLetter(call, place));
  };
  const askDiscard = async (place: LetterPlace, letter: DeadLetterView) => {
    const yes = await confirm({
      title: 'Discard this dead letter?',
      body: `${letter.eventType ?? 'This message'} for ${letter.reader} is thrown away for good. This cannot be undone.`,
      action: 'Discard',
      destructive: true,
    });
    if (yes) await perform(() => discardLetter(call, place));
  };
  const askReplayAll = async () => {
    const yes = await confirm({
      title: `Replay all ${total} dead letters?`,
      body: 'Each reader gets a fresh copy of what it did not handle. Readers see every effect once, so nothing is done twice.',
      action: 'Replay all',
    });
    if (yes) await perform(() => ofEach((service) => replayAll(call, service)));
  };
  const askDiscardAll = async () => {
    const yes = await confirm({
      title: `Discard all ${total} dead letters?`,
      body: 'Everything on this list, of both services, is thrown away for good. This cannot be undone.',
      action: 'Discard all',
      destructive: true,
    });
    if (yes) await perform(() => ofEach((service) => discardAll(call, service)));
  };

  return (
    <Panel
      id="dead-letters"
      title="Dead letters"
      meta={counted === undefined ? 'reading' : counted.count === 0 ? 'none' : total}
      actions={
        rows.length > 0 && (
          <>
            <button type="button" onClick={askReplayAll} disabled={busy}>
              Replay all
            </button>
            <button type="button" onClick={askDiscardAll} disabled={busy}>
              Discard all
            </button>
          </>
        )
      }
    >
      <OutcomeNote outcome={outcome} />
      <StaleNote error={errors.length === 0 ? undefined : errors.join(' ')} />
      {rows.length === 0 ? (
        <Placeholder>
          {counted === undefined ? 'Reading dead letters…' : 'Every message found a reader that handled it.'}
        </Placeholder>
      ) : (
        <ul className="letters">
          {rows.slice(0, SHOWN).map(({ service, letter }) => {
            const place = { service, id: letter.id };
            return (
              <LetterRow
                key={`${service} ${letter.id}`}
                letter={letter}
                busy={busy}
                onView={() => setOpened(place)}
                onReplay={() => askReplay(place, letter)}
                onDiscard={() => askDiscard(place, letter)}
              />
            );
          })}
          {rows.length > SHOWN && <li className="placeholder">and {formatCount(rows.length - SHOWN)} more</li>}
        </ul>
      )}
      <LetterDialog place={opened} onClose={() => setOpened(undefined)} />
    </Panel>
  );
}

interface LetterRowProps {
  readonly letter: DeadLetterView;
  readonly busy: boolean;
  readonly onView: () => void;
  readonly onReplay: () => void;
  readonly onDiscard: () => void;
}

function LetterRow({ letter, busy, onView, onReplay, onDiscard }: LetterRowProps) {
  const { eventType, reader, reason, detail, deliveryCount, ageSeconds } = letter;
  const what = `${eventType ?? 'message'} for ${reader}`;
  return (
    <li className="letter">
      <div className="letter-what">
        <code>{eventType ?? 'no event type'}</code>
        <span className="letter-reader">for {reader}</span>
      </div>
      <p className="letter-why">
        <b>{reason}</b>
        {detail !== null && ` · ${detail}`}
      </p>
      <p className="letter-facts">
        {formatCount(deliveryCount)} {deliveryCount === 1 ? 'try' : 'tries'} · {formatAge(ageSeconds * 1_000)} old
      </p>
      <div className="letter-actions">
        <button type="button" onClick={onView} aria-label={`View ${what}`}>
          View
        </button>
        <button type="button" onClick={onReplay} disabled={busy} aria-label={`Replay ${what}`}>
          Replay
        </button>
        <button type="button" onClick={onDiscard} disabled={busy} aria-label={`Discard ${what}`}>
          Discard
        </button>
      </div>
    </li>
  );
}
