import type { DeadLetterDetails } from '@valerix/contracts/dead-letters-api';
import { useEffect, useRef, useState } from 'react';
import { useNow } from '../app/clock.ts';
import { formatMoment } from '../app/formats.ts';
import { Placeholder } from '../app/panel.tsx';
import { displayNames, messageOf } from '../live/service-calls.ts';
import { useOperations } from '../live/use-board.ts';
import { type LetterPlace, readLetter } from './letter-calls.ts';

interface LetterDialogProps {
  readonly place: LetterPlace | undefined;
  readonly onClose: () => void;
}

/** All that is known of one dead letter, its body and properties included. */
export function LetterDialog({ place, onClose }: LetterDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (place === undefined) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
  }, [place]);

  return (
    <dialog ref={dialog} className="dialog letter-dialog" aria-labelledby="letter-title" onClose={onClose}>
      <header className="dialog-head">
        <h2 id="letter-title">Dead letter</h2>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </header>
      {place !== undefined && <LetterContent key={place.id} place={place} />}
    </dialog>
  );
}

function LetterContent({ place }: { readonly place: LetterPlace }) {
  const { call } = useOperations();
  const [letter, setLetter] = useState<DeadLetterDetails>();
  const [problem, setProblem] = useState<string>();
  const now = useNow();

  useEffect(() => {
    let current = true;
    readLetter(call, place).then(
      (read) => current && setLetter(read),
      (error: unknown) => current && setProblem(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [call, place]);

  if (problem !== undefined) return <p className="stale">It could not be read: {problem}</p>;
  if (letter === undefined) return <Placeholder>Reading the dead letter…</Placeholder>;
  const facts: readonly (readonly [string, string | null])[] = [
    ['Event', letter.eventType],
    ['Reader', `${letter.reader} on ${letter.entity}, ${displayNames[place.service]}`],
    ['Reason', letter.reason],
    ['Detail', letter.detail],
    ['Kept by', letter.source === 'broker' ? 'Service Bus' : 'the reader, in its database'],
    ['Tries', String(letter.deliveryCount)],
    ['Sent', formatMoment(Date.parse(letter.enqueuedAt), now)],
    ['Event id', letter.eventId],
  ];
  return (
    <div className="letter-content">
      <dl className="facts">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <h3>Body{letter.bodyEncoding === 'base64' && ' (Base64)'}</h3>
      <pre>{readable(letter.body)}</pre>
      <h3>Properties</h3>
      <pre>{JSON.stringify(letter.properties, null, 2)}</pre>
    </div>
  );
}

function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
