import type { Endpoint } from '../../net/address.ts';
import type { Alive } from '../wire/messages.ts';
import type { Desk } from './desk.ts';
import { answersTcp, type Node } from './node.ts';
import type { Pings } from './pings.ts';
import type { Requests } from './requests.ts';
import type { Self } from './self.ts';

interface Parts {
  readonly desk: Desk;
  readonly self: Self;
  readonly pings: Pings;
  readonly requests: Requests;
  /** Told of a node that claims our own name. */
  readonly claimed: (rival: Alive) => void;
}

/** A pair of rivals for one name is reported once in so long. */
const REPORT_MS = 300_000;
/** More pairs than this are not looked into within that time. */
const MAX_PAIRS = 256;

/** Two addresses claim one name: whoever holds it is asked whether it is there, and keeps it if it answers. */
export class Conflicts {
  readonly #parts: Parts;
  /** Until when each pair of rivals is known. */
  readonly #pairs = new Map<string, number>();
  /** Names of those that are asked whether they are there. */
  readonly #asking = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Somebody claims the name of a member that lives elsewhere; `vacated` is told when that member turns out to be gone. */
  met(claim: Alive, known: Node, vacated: () => void): void {
    const { desk, self } = this.#parts;
    desk.count('conflicts');
    if (!this.#isNews(claim)) return;
    const [there, here] = [placeOf(claim), placeOf(known)];
    desk.do({ type: 'conflict', name: known.name, known: here, claimed: there });
    desk.observe(known, 'conflict', self.name, { known: textOf(here), claimed: textOf(there) });
    if (known.name !== self.name) this.#ask(known, (isThere) => isThere || vacated());
    // Old news of where we were ourselves is no claim: nobody is there any more, and members that do not know better would vote for it.
    else this.#ask({ ...claim, name: claim.node }, (isThere) => isThere && this.#parts.claimed(claim));
  }

  /** Over UDP and TCP at once; one answer is enough. */
  #ask(known: Pick<Node, 'name' | 'address' | 'port' | 'versions'>, then: (isThere: boolean) => void): void {
    if (this.#asking.has(known.name)) return;
    const { desk, pings, requests } = this.#parts;
    let open = 1;
    const settle = (answered: boolean) => {
      open -= 1;
      if (open < 0 || (!answered && open > 0)) return;
      open = 0;
      this.#asking.delete(known.name);
      then(answered);
    };
    if (!pings.ask(known, known.name, settle)) return;
    this.#asking.add(known.name);
    if (!answersTcp(known)) return;
    open += 1;
    const ping = { kind: 'ping', seqNo: desk.nextId(), node: known.name, source: pings.source } as const;
    requests.send(known, ping, desk.profile.probeTimeout, (reply) =>
      settle('message' in reply && reply.message.kind === 'ack' && reply.message.seqNo === ping.seqNo),
    );
  }

  #isNews(claim: Alive): boolean {
    const { now } = this.#parts.desk;
    const pair = `${claim.node} ${claim.address} ${claim.port}`;
    for (const [old, until] of this.#pairs) {
      // The oldest come first.
      if (until > now) break;
      this.#pairs.delete(old);
    }
    if (this.#pairs.has(pair) || this.#pairs.size >= MAX_PAIRS) return false;
    this.#pairs.set(pair, now + REPORT_MS);
    return true;
  }
}

const placeOf = ({ address, port }: Endpoint): Endpoint => ({ address, port });

const textOf = ({ address, port }: Endpoint): string => `${address} port ${port}`;
