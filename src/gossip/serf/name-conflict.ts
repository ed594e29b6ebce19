import type { Endpoint } from '../../net/address.ts';
import type { Desk } from '../core/desk.ts';
import { samePlace } from '../core/node.ts';
import type { Self } from '../core/self.ts';
import { decodeQueryPayload } from '../wire/query-payloads.ts';
import { CONFLICT_QUERY } from './internal-queries.ts';
import type { Queries } from './queries.ts';

/** Another node that goes by our name. */
export interface Rival extends Endpoint {
  readonly incarnation: number;
}

interface Votes {
  readonly ours: number;
  readonly all: number;
}

interface Parts {
  readonly desk: Desk;
  readonly self: Self;
  readonly queries: Queries;
  /** The pool goes by the other one. */
  readonly lost: (by: Endpoint) => void;
}

/** Lets the pool decide which of two nodes of our name it means: the one that most members know stays. */
export class NameConflict {
  readonly #parts: Parts;
  #isRunning = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Another one claims our name. A vote that runs already stands for this one too. */
  begin(rival: Rival): void {
    const { desk, queries, self } = this.#parts;
    if (this.#isRunning || self.isLeaving) return;
    this.#isRunning = true;
    let votes: Votes = { ours: 0, all: 0 };
    const question = { name: CONFLICT_QUERY, payload: Buffer.from(self.name), filters: {} };
    queries.ask(question, {
      heard: (_from, payload) => {
        votes = this.#counted(votes, payload);
      },
      ended: () => {
        this.#isRunning = false;
        const stays = winsVote(votes, self.node, rival);
        desk.count(stays ? 'name_votes_won' : 'name_votes_lost');
        if (!stays) this.#parts.lost({ address: rival.address, port: rival.port });
      },
    });
  }

  #counted({ ours, all }: Votes, payload: Uint8Array): Votes {
    const answer = decodeQueryPayload(payload);
    if (answer.kind !== 'conflictResponse') return { ours, all };
    const isOurs = answer.member !== null && samePlace(answer.member, this.#parts.self.node);
    return { ours: ours + (isOurs ? 1 : 0), all: all + 1 };
  }
}

/**
 * Whether we keep our name: with most votes, or when nobody votes. Of a tie both sides must make the same, so it goes by what both know:
 * the higher incarnation stays (it is raised at each start and kept, so it tells of a longer life), of equal ones the lower place.
 */
export function winsVote({ ours, all }: Votes, self: Rival, rival: Rival): boolean {
  if (all === 0 || 2 * ours > all) return true;
  if (2 * ours < all) return false;
  if (self.incarnation !== rival.incarnation) return self.incarnation > rival.incarnation;
  return placeKey(self) < placeKey(rival);
}

const placeKey = ({ address, port }: Endpoint): string => `${address} ${port}`;
