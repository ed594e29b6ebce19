/** Why a member is as it is, in one sentence, from what this node saw and was told. Pure. */
import type { NodeState } from '../model/member.ts';
import type { Evidence, Explanation } from '../model/pool.ts';
import type { Observation } from './core/evidence.ts';

/** Whom the sentence is about. */
interface Subject {
  readonly name: string;
  /** `undefined`: it was forgotten. */
  readonly state: NodeState | undefined;
  /** Epoch milliseconds of the last change of state. */
  readonly since: number;
}

/** What is known of how a member came to be as it is; `toWall` turns monotonic milliseconds into those since 1970. */
export function explain(
  subject: Subject,
  observations: readonly Observation[],
  toWall: (at: number) => number,
): Explanation {
  const evidence = evidenceOf(observations, toWall);
  return { name: subject.name, evidence, summary: summaryOf(subject, evidence) };
}

/** Observations as people see them; `toWall` as for `explain`. */
export const evidenceOf = (observations: readonly Observation[], toWall: (at: number) => number): Evidence[] =>
  observations.map(({ at, detail, ...rest }) => ({
    ...rest,
    at: Math.round(toWall(at)),
    detail: new Map(Object.entries(detail)),
  }));

/** One sentence on why a member is as it is; times are UTC. `evidence` is in order of time. */
export function summaryOf(subject: Subject, evidence: readonly Evidence[]): string {
  const { name, state, since } = subject;
  const head = `${name} is ${state} since ${clockOf(since)}`;
  switch (state) {
    case 'dead':
      return `${head}: ${causeOfDeath(evidence)}.`;
    case 'suspect':
      return `${head}: ${accusationOf(evidence) || 'others suspect it'}.`;
    case 'left':
      return `${head}: ${causeOfLeave(evidence)}.`;
    case 'alive':
      return `${head}${returnOf(evidence)}.`;
    case undefined:
      return `${name} is no longer in the list: ${causeOfDeath(evidence)}.`;
  }
}

function causeOfDeath(evidence: readonly Evidence[]): string {
  const recent = afterLast(evidence, 'alive', 'refuted');
  const told = recent.findLast(({ kind }) => kind === 'dead-received');
  const fired = recent.findLast(({ kind }) => kind === 'timer-fired');
  if (!told && !fired)
    return recent.some(({ kind }) => kind === 'conflict')
      ? 'another took its name'
      : 'it was not heard of since this node started';
  const verdict = fired
    ? `timer of ${fired.by} fired${durationOf(recent, fired)}`
    : `${told?.by} declared it dead at ${clockOf(told?.at ?? 0)}`;
  return [accusationOf(recent), verdict].filter((part) => part !== '').join(', ');
}

/** Who missed its answers, when, what else was tried, and how many confirmed it. */
function accusationOf(evidence: readonly Evidence[]): string {
  const recent = afterLast(evidence, 'alive', 'refuted');
  const accusations = recent.filter(({ kind }) => kind === 'suspect' || kind === 'suspect-received');
  const hearsay = recent.findLast(({ kind }) => kind === 'told-by-push-pull');
  if (accusations.length === 0) return hearsay ? `${hearsay.by || 'another member'} said so in a push/pull` : '';
  const first = firstOfEach(accusations);
  const who = listed(first.map(({ by }) => by));
  const when = listed([...new Set(first.map(({ at }) => clockOf(at)))]);
  const tried = triedOf(recent, first);
  const confirmations = accusations.reduce(
    (most, { detail }) => Math.max(most, Number(detail.get('confirmations') ?? 0)),
    0,
  );
  const confirmed = confirmations > 0 ? `, confirmed by ${confirmations}` : '';
  return `${who} missed probes at ${when}${tried === '' ? '' : ` (${tried})`}${confirmed}`;
}

/** What this node tried itself, else what an accuser says that it tried. */
function triedOf(evidence: readonly Evidence[], accusations: readonly Evidence[]): string {
  const indirect = evidence.findLast(({ kind }) => kind === 'indirect')?.detail;
  const tcp = evidence.findLast(({ kind }) => kind === 'tcp')?.detail.get('result');
  const told = accusations.find(({ detail }) => detail.has('asked'))?.detail;
  const asked = Number((indirect ?? told)?.get('asked') ?? 0);
  const nacked = Number((indirect ?? told)?.get('nacked') ?? 0);
  const result = tcp ?? told?.get('tcp');
  if (!indirect && !told && result === undefined)
    return evidence.some(({ kind }) => kind === 'probe-timeout') ? 'direct' : '';
  const others = asked === 0 ? [] : [`${asked} indirect: ${nacked} ${nacked === 1 ? 'nack' : 'nacks'}`];
  const overTcp = result === undefined || result === 'none' ? [] : [`TCP ${result}`];
  return ['direct', ...others, ...overTcp].join(', ');
}

function causeOfLeave(evidence: readonly Evidence[]): string {
  const left = evidence.findLast(({ kind }) => kind === 'left');
  const intent = evidence.findLast(({ kind }) => kind === 'leave-intent');
  const end = left ?? intent;
  const wasDead = end !== undefined && evidence.some(({ kind, at }) => kind === 'dead' && at <= end.at);
  if (wasDead) return 'it was dead and was declared gone';
  if (intent) return `its leave was announced at ${clockOf(intent.at)}`;
  return left ? 'it said so itself' : 'others knew it as gone';
}

function returnOf(evidence: readonly Evidence[]): string {
  const last = evidence.findLast(({ kind }) => kind === 'alive' || kind === 'refuted');
  const before = evidence.slice(0, last ? evidence.indexOf(last) : 0);
  const accused = before.findLast(({ kind }) => kind === 'suspect' || kind === 'suspect-received');
  if (last?.kind === 'refuted')
    return `; it refuted ${accused ? `the suspicion of ${accused.by}` : 'a suspicion'} at ${clockOf(last.at)}`;
  return last ? `; it was gone before and came back at ${clockOf(last.at)}` : '';
}

/** What comes after the last of these kinds. */
function afterLast(evidence: readonly Evidence[], ...kinds: readonly Evidence['kind'][]): readonly Evidence[] {
  return evidence.slice(evidence.findLastIndex(({ kind }) => kinds.includes(kind)) + 1);
}

/** The first accusation of each accuser. */
function firstOfEach(accusations: readonly Evidence[]): readonly Evidence[] {
  const byAccuser = new Map<string, Evidence>();
  for (const each of accusations) if (!byAccuser.has(each.by)) byAccuser.set(each.by, each);
  return [...byAccuser.values()];
}

/** How long the suspicion lasted that ended with that. */
function durationOf(evidence: readonly Evidence[], fired: Evidence): string {
  const begun = evidence.find(({ kind }) => kind === 'suspect' || kind === 'suspect-received');
  return begun ? ` after ${((fired.at - begun.at) / 1_000).toFixed(1)} s` : '';
}

function listed(names: readonly string[]): string {
  const [last = '', ...rest] = [...names].reverse();
  return rest.length === 0 ? last : `${rest.reverse().join(', ')} and ${last}`;
}

const clockOf = (at: number): string => new Date(at).toISOString().slice(11, 19);
