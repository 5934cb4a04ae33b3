import { useSyncExternalStore } from 'react';
import { OperationsContext } from '../live/use-board.ts';
import type { Desk } from '../session/desk.ts';
import { SignIn } from '../session/sign-in.tsx';
import { ConfirmProvider } from './confirm.tsx';
import { ControlRoom } from './control-room.tsx';

export function App({ desk }: { readonly desk: Desk }) {
  const state = useSyncExternalStore(desk.subscribe, desk.read);
  if (state.kind === 'signed_out') return <SignIn desk={desk} notice={state.notice} />;
  return (
    <OperationsContext value={state.operations}>
      <ConfirmProvider>
        <ControlRoom onSignOut={() => desk.signOut()} />
      </ConfirmProvider>
    </OperationsContext>
  );
}
