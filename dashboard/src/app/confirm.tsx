import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';

export interface Question {
  readonly title: string;
  readonly body: string;
  /** The verb on the button that says yes. */
  readonly action: string;
  readonly destructive?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(async () => false);

/** Asks the operator; resolves to whether the answer was yes. */
export const useConfirm = (): Ask => useContext(ConfirmContext);

export function ConfirmProvider({ children }: { readonly children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = useRef<(yes: boolean) => void>(undefined);
  const [question, setQuestion] = useState<Question>();

  const ask = useCallback<Ask>((asked) => {
    setQuestion(asked);
    if (dialog.current !== null) {
      dialog.current.returnValue = '';
      dialog.current.showModal();
    }
    return new Promise((resolve) => {
      answer.current = resolve;
    });
  }, []);

  return (
    <ConfirmContext value={ask}>
      {children}
      <dialog
        ref={dialog}
        className="dialog confirm"
        aria-labelledby="confirm-title"
        aria-describedby="confirm-body"
        onClose={() => answer.current?.(dialog.current?.returnValue === 'yes')}
      >
        <form method="dialog">
          <h2 id="confirm-title">{question?.title}</h2>
          <p id="confirm-body">{question?.body}</p>
          <div className="dialog-actions">
            <button type="submit" value="">
              Keep as it is
            </button>
            <button type="submit" value="yes" className={question?.destructive ? 'danger' : 'primary'}>
              {question?.action}
            </button>
          </div>
        </form>
      </dialog>
    </ConfirmContext>
  );
}
