import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { withinBytes } from '../model/plugin-output.ts';
import type { Scope } from '../model/token.ts';

/** What a client may do. */
export interface Admitted {
  readonly scope: Scope;
  /** Whether that still counts; asked now and then, and whoever may not stay is sent away. Without it, it counts for ever. */
  mayStay?(): boolean;
}

/** Judges the token that a client shows in its first message. Throws what it is refused with. */
export type Prove = (token: string) => Admitted;

/** Judges who wants to connect: admits it, or wants to see a token first. Throws what it is refused with. */
export type CheckClient<Incoming> = (incoming: Incoming) => Admitted | Prove;

const PATIENCE_MS = 5_000;
const MOST_UNPROVEN = 100;
const POLICY_VIOLATION = 1008;
const TRY_LATER = 1013;
/** Bytes; a close frame has no room for more than 123. */
const LONGEST_REASON = 120;

/** Clients that are connected but have shown no token yet: they get nothing, and not much time. */
export class Unproven {
  readonly #clock: Clock;
  #count = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for `{"token":"..."}` as the first message of a client, then welcomes it, with all that it said there, or closes it. */
  wait(client: WebSocket, prove: Prove, welcome: (admitted: Admitted, said: string) => void): void {
    client.on('error', () => client.terminate());
    if (this.#count >= MOST_UNPROVEN) {
      client.close(TRY_LATER, 'too many clients without a token');
      return;
    }
    this.#count += 1;
    const end = () => {
      client.off('message', hear);
      client.off('close', end);
      timer[Symbol.dispose]();
      this.#count -= 1;
    };
    const refuse = (reason: string) => {
      end();
      client.close(POLICY_VIOLATION, withinBytes(reason, LONGEST_REASON));
      // Who does not answer the goodbye is cut off.
      this.#clock.after(PATIENCE_MS, () => client.terminate());
    };
    const hear = (message: RawData, isBinary: boolean) => {
      const said = isBinary ? '' : String(message);
      let admitted: Admitted;
      try {
        admitted = prove(tokenIn(said));
      } catch (error) {
        refuse(error instanceof OpsbroError ? messageOf(error) : 'the token could not be judged');
        return;
      }
      end();
      welcome(admitted, said);
    };
    const timer = this.#clock.after(PATIENCE_MS, () => refuse('no token came within 5 s'));
    client.on('message', hear);
    client.on('close', end);
  }
}

/** Throws `unauthorized` at any other message. */
function tokenIn(text: string): string {
  try {
    const said: unknown = JSON.parse(text);
    if (typeof said === 'object' && said !== null && 'token' in said && typeof said.token === 'string')
      return said.token;
  } catch {
    // Said below.
  }
  throw new OpsbroError('unauthorized', 'send {"token":"..."} first');
}
