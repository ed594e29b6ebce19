/** Why a member is as it is, put together from what the nodes of a pool know. Pure. */
import type { Accuser, Explanation, Inquiry, Testimony, WitnessedEvidence } from '../model/pool.ts';

/** What came of asking a pool about one member. */
export interface Gathered {
  /** What this node itself makes of it. */
  readonly own: Explanation;
  readonly selfName: string;
  /** By the name of who told it, this node included. */
  readonly testimonies: ReadonlyMap<string, Testimony>;
  /** Why others did not answer, by name. */
  readonly silent: ReadonlyMap<string, string>;
  /** Whether the member of that name lives. */
  isHealthy(name: string): boolean;
}

/** More pieces of evidence are never shown; the newest count. */
const MAX_EVIDENCE = 1_000;
const MAX_ACCUSERS = 100;
/** Whoever accused so many healthy members, and twice as many as anybody else, is what is wrong. */
const CULPRIT_FROM = 2;

/** Puts together what all know. What others only heard is left out: whoever said it tells it. */
export function inquiryOf(gathered: Gathered): Inquiry {
  const { own, testimonies, selfName, silent } = gathered;
  const evidence = [...testimonies]
    .flatMap(([witness, testimony]) => firstHand(witness, testimony, selfName))
    .sort((a, b) => a.at - b.at)
    .slice(-MAX_EVIDENCE);
  const accusers = accusersIn(gathered).slice(0, MAX_ACCUSERS);
  const summary = [own.summary, culpritOf(accusers)].filter((sentence) => sentence !== '').join(' ');
  const answered = [...testimonies.keys()].filter((name) => name !== selfName);
  return { name: own.name, evidence, summary, answered, silent, accusers };
}

function firstHand(witness: string, { evidence }: Testimony, selfName: string): WitnessedEvidence[] {
  const told = witness === selfName ? evidence : evidence.filter(({ by }) => by === witness);
  return told.map((each) => ({ ...each, witness }));
}

/** Everybody who accused somebody, whoever knows of it: who accused most healthy members first. */
function accusersIn({ own, testimonies, isHealthy }: Gathered): Accuser[] {
  const accused = new Map<string, Set<string>>();
  for (const { accusations } of testimonies.values()) {
    for (const [accuser, names] of accusations) {
      const known = accused.get(accuser) ?? new Set();
      for (const name of names) known.add(name);
      accused.set(accuser, known);
    }
  }
  return [...accused]
    .map(([name, names]) => ({
      name,
      isOfThis: names.has(own.name),
      accused: [...names].sort(),
      healthy: [...names].filter(isHealthy).sort(),
    }))
    .sort((a, b) => b.healthy.length - a.healthy.length || b.accused.length - a.accused.length);
}

/** A sentence on who is probably wrong, when one accuses much more than all others; otherwise empty. */
function culpritOf([first, second]: readonly Accuser[]): string {
  if (!first || first.healthy.length < CULPRIT_FROM) return '';
  const others = second?.healthy.length ?? 0;
  if (first.healthy.length < 2 * others) return '';
  return `${first.name} is probably what is wrong: it accused ${first.healthy.length} members that live, ${
    others === 0 ? 'nobody else did' : `anybody else at most ${others}`
  }.`;
}
