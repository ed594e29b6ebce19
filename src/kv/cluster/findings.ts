/** What answers of several nodes say together. Pure. */

import type { KvRecord } from '../record.ts';
import { compareVersions, type Version } from '../version.ts';
import type { Gathering } from './gathering.ts';
import type { Answer, Holding } from './messages.ts';
import { isRead, isWritten, type Wanted } from './quorum.ts';

const holdingOf = (answer: Answer): Holding | undefined => (answer.type === 'holding' ? answer.holding : undefined);

/** Whether so many keep what was written that it counts, in every ring that has to be satisfied. */
export function isWrittenTo(gathering: Gathering, wanted: Wanted): boolean {
  const { answers, benches, isAlive } = gathering;
  const hasIt = (node: string) => {
    const type = answers.get(node)?.type;
    return type === 'done' || type === 'holding';
  };
  return benches.every((bench) => isWritten(bench, wanted, { hasIt, isAlive }));
}

/** Whether so many answered that what they hold is what there is, in every ring that has to be satisfied. */
export function isReadFrom(gathering: Gathering, wanted: Wanted): boolean {
  const { answers, benches, isAlive } = gathering;
  const standing = (node: string) => {
    const answer = answers.get(node);
    const holding = answer && holdingOf(answer);
    if (holding === undefined) return undefined;
    return holding.trust === 'whole' || holding.version !== undefined ? 'counted' : 'filling';
  };
  return benches.every((bench) => isRead(bench, wanted, { standing, isAlive }));
}

/** How many said what they hold. */
export const holdersIn = (gathering: Gathering): number => gathering.select(holdingOf).size;

/** The newest record among those that were found. */
export function newestOf(gathering: Gathering, own: KvRecord | undefined): KvRecord | undefined {
  let newest = own;
  for (const answer of gathering.answers.values()) {
    const record = holdingOf(answer)?.record;
    if (record !== undefined && (newest === undefined || compareVersions(record.version, newest.version) > 0)) {
      newest = record;
    }
  }
  return newest;
}

/** Who answered with something older, or with nothing. */
export function behind(gathering: Gathering, { version }: KvRecord): readonly string[] {
  const holdings = [...gathering.select(holdingOf)];
  return holdings
    .filter(([, held]) => held.version === undefined || isOlder(held.version, version))
    .map(([node]) => node);
}

/** Whether every node that keeps the key said for good that it never saw it. */
export function isNeverSeen(gathering: Gathering): boolean {
  const holdings = gathering.select(holdingOf);
  return gathering.owners.every((node) => {
    const held = holdings.get(node);
    return held !== undefined && held.version === undefined && held.trust === 'whole';
  });
}

/** The newest of the versions for which something was refused. */
export function supersededBy(gathering: Gathering): Version | undefined {
  let newest: Version | undefined;
  for (const answer of gathering.answers.values()) {
    if (answer.type !== 'refused' || answer.refusal.type !== 'superseded') continue;
    const { version } = answer.refusal;
    if (newest === undefined || isOlder(newest, version)) newest = version;
  }
  return newest;
}

const isOlder = (one: Version, other: Version): boolean => compareVersions(one, other) < 0;
