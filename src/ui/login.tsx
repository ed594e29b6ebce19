import { useEffect, useRef, useState } from 'preact/hooks';
import { post, textOf } from './ask.ts';
import type { Who } from './records.ts';

interface LoginProps {
  readonly who: Who;
}

/** Who looks at the page, and how that changes. */
export function Login({ who }: LoginProps) {
  const [isAsking, setAsking] = useState(false);
  if (who.by === 'socket') return null;
  if (who.by === 'login') {
    return (
      <span>
        <span class="quiet">
          {who.name} ({who.scope})
        </span>{' '}
        <button type="button" class="action" onClick={() => void leave()}>
          Log out
        </button>
      </span>
    );
  }
  return (
    <span>
      <button type="button" class="action" onClick={() => setAsking(true)}>
        Log in
      </button>
      {isAsking && <LoginDialog close={() => setAsking(false)} />}
    </span>
  );
}

/** Asks for a token. No script keeps it: the agent answers with a cookie that stands for it. */
function LoginDialog({ close }: { close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [trouble, setTrouble] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const send = async (event: Event) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token') ?? '').trim();
    await enter(token).catch((error: unknown) => setTrouble(textOf(error)));
  };
  return (
    <dialog ref={dialog} aria-labelledby="login-title" onClose={close}>
      <form onSubmit={(event) => void send(event)}>
        <h3 id="login-title">Log in</h3>
        <p>
          With a token, as <code>opsbro token create NAME --scope write</code> prints it.
        </p>
        <label htmlFor="login-token">
          Token
          <input id="login-token" name="token" type="password" autocomplete="current-password" required />
        </label>
        <p role="alert">{trouble}</p>
        <div class="offer">
          <button type="submit" class="action">
            Log in
          </button>
          <button type="button" class="action" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}

/** Logs in, and shows the page anew as who that is. Throws `Refused`. */
async function enter(token: string): Promise<void> {
  await post('/login', { token });
  location.reload();
}

async function leave(): Promise<void> {
  await post('/logout');
  location.reload();
}

/** Redeems a ticket that a command put behind the `#` of the address, where it reaches no log, and takes it out of there. */
export async function redeemTicket(): Promise<void> {
  const [, ticket] = /^#t=([\w-]+)$/.exec(location.hash) ?? [];
  if (ticket === undefined) return;
  history.replaceState(null, '', '/ui/');
  // Whoever has none that is good looks at the page as before.
  await post('/login', { token: ticket }).catch(() => undefined);
}
