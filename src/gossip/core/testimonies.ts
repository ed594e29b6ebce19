import type { Courier } from '../records/courier.ts';
import { Fields } from '../wire/fields.ts';
import { OWN_KINDS } from '../wire/messages.ts';
import { pack, struct } from '../wire/pack.ts';
import { Refused } from '../wire/refusal.ts';
import { type Accusation, packAccusation, readAccusation } from './accusation.ts';
import type { Desk } from './desk.ts';
import { isLive, isOurs, type Node } from './node.ts';
import type { Roster } from './roster.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly courier: Courier;
  readonly selfName: string;
}

/** What one accuser found of a member under one incarnation. */
interface Testimony {
  readonly accuser: string;
  readonly accused: string;
  readonly incarnation: number;
  readonly found: Accusation;
}

const MAX_INCARNATION = 2 ** 31;
/** So many are remembered as told, so that each goes round once. */
const MAX_TOLD = 1_024;
/** Whose reasons are known to so many is accused for reason enough. */
const ENOUGH = 3;

/**
 * Tells our own members what an accuser found, where its accusation cannot: plain Serf agents pass accusations on without reasons, and one
 * that comes when enough others have accused already is not passed on at all.
 */
export class Testimonies {
  readonly #parts: Parts;
  /** By accuser, accused and incarnation. */
  readonly #told = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.courier.handle(OWN_KINDS.evidence, (body) => this.#receive(body));
  }

  /** This node accused a member because of what it found; `isPassedOn`: the accusation is on its way to everybody. */
  give({ name, incarnation }: Node, found: Accusation, { isPassedOn }: { readonly isPassedOn: boolean }): void {
    const testimony = { accuser: this.#parts.selfName, accused: name, incarnation, found };
    if (!this.#isNews(testimony) || (isPassedOn && !this.#isMixed)) return;
    if (!isPassedOn && this.#isEnough(name, incarnation)) return;
    this.#parts.desk.count('evidence_told');
    this.#spread(testimony);
  }

  #receive(body: Uint8Array): void {
    const { desk, roster } = this.#parts;
    const testimony = read(body);
    const { accuser, accused, incarnation, found } = testimony;
    if (!roster.get(accused) || !roster.get(accuser)) {
      desk.count('dropped_evidence_stranger');
      return;
    }
    if (!this.#isNews(testimony)) return;
    desk.count('evidence_heard');
    desk.explain({ name: accused, incarnation }, 'suspect-received', accuser, { ...found });
    this.#spread(testimony);
  }

  #spread(testimony: Testimony): void {
    const { accuser, accused, incarnation, found } = testimony;
    const body = pack(struct({ a: accuser, d: packAccusation(found), i: incarnation, n: accused }));
    this.#parts.courier.spread(keyOf(testimony), OWN_KINDS.evidence, body);
  }

  #isNews(testimony: Testimony): boolean {
    const key = keyOf(testimony);
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    if (this.#told.size > MAX_TOLD) this.#told.delete(this.#told.keys().next().value ?? key);
    return true;
  }

  get #isMixed(): boolean {
    for (const node of this.#parts.roster.nodes.values()) if (isLive(node) && !isOurs(node)) return true;
    return false;
  }

  #isEnough(accused: string, incarnation: number): boolean {
    const { desk } = this.#parts;
    const isReason = (kind: string) => kind === 'suspect-received';
    const others = desk.evidence
      .of(accused, desk.now)
      .filter((each) => isReason(each.kind) && each.incarnation === incarnation && 'asked' in each.detail);
    return new Set(others.map(({ by }) => by)).size >= ENOUGH;
  }
}

const keyOf = ({ accuser, accused, incarnation }: Testimony): string => `evidence ${accuser} ${accused} ${incarnation}`;

/** Throws on a body that is none. */
function read(body: Uint8Array): Testimony {
  const fields = Fields.read(body, 0);
  const found = readAccusation(fields.bytes('d'));
  if (!found) throw new Refused('malformed');
  const incarnation = fields.integer('i', MAX_INCARNATION);
  return { accuser: fields.nodeName('a'), accused: fields.nodeName('n'), incarnation, found };
}
