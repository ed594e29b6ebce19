import { describe, expect, test } from 'vitest';
import { packAccusation } from '../../../src/gossip/core/accusation.ts';
import { OWN_KINDS } from '../../../src/gossip/wire/messages.ts';
import { pack, struct } from '../../../src/gossip/wire/pack.ts';
import { alive, Bench, suspect } from '../../support/core-bench.ts';

const OURS = { ob: '1' };
const FOUND = { ms: 1_000, score: 0, asked: 2, nacked: 1, tcp: 'refused' } as const;

let counter = 0;
/** Evidence as the member `sender` passes it on. */
function told(sender: string, fields: { a?: string; n?: string; i?: number; d?: Uint8Array } = {}) {
  counter += 1;
  const body = pack(struct({ a: 'bob', n: 'eve', i: 1, d: packAccusation(FOUND), ...fields }));
  const boot = new Uint8Array(8);
  return { kind: 'own', boot, counter, ownKind: OWN_KINDS.evidence, body, sender, version: 1 } as const;
}

const evidenceOf = (bench: Bench) => bench.sent('own').filter(({ ownKind }) => ownKind === OWN_KINDS.evidence);
/** A pool of ours: `me`, bob, carol and eve. */
const pool = () => new Bench().hear(alive('bob', 1, OURS), alive('carol', 1, OURS), alive('eve', 1, OURS)).wait(100);

describe('what an accuser found', () => {
  test('completes the accusation that came without it, and is passed on once', () => {
    const bench = pool()
      .hear(suspect('eve', 1, 'bob'))
      .wait(100)
      .forget();
    bench.hear(told('bob')).hear(told('carol')).wait(300);
    const accusations = bench.core.evidence('eve').filter(({ kind }) => kind === 'suspect-received');
    expect(accusations).toMatchObject([{ by: 'bob', detail: { confirmations: 0, ...FOUND } }]);
    expect(bench.core.counts.get('evidence_heard')).toBe(1);
    expect(evidenceOf(bench).length).toBeGreaterThan(0);
  });

  test('is an accusation of its own where that one never came', () => {
    const bench = pool().hear(told('carol'));
    expect(bench.core.evidence('eve')).toMatchObject([{ kind: 'suspect-received', by: 'bob', detail: FOUND }]);
    expect(bench.state('eve')).toBe('alive');
  });

  test.each([
    ['of a stranger', { n: 'nobody' }, 'dropped_evidence_stranger'],
    ['by a stranger', { a: 'nobody' }, 'dropped_evidence_stranger'],
    ['that is too long', { d: new Uint8Array(200) }, 'dropped_own_malformed'],
    ['that is none', { d: Uint8Array.of(1, 2, 3) }, 'dropped_own_malformed'],
    ['of an incarnation that cannot be', { i: 2 ** 40 }, 'dropped_own_malformed'],
  ])('%s is dropped and counted', (_, fields, counted) => {
    const bench = pool().forget().hear(told('bob', fields)).wait(300);
    expect(bench.core.counts.get(counted)).toBe(1);
    expect(bench.core.evidence('eve')).toEqual([]);
    expect(evidenceOf(bench)).toEqual([]);
  });

  test('from a plain Serf agent is not taken', () => {
    const bench = pool().hear(alive('serf')).hear(told('serf'));
    expect(bench.core.counts.get('dropped_own_stranger')).toBe(1);
  });
});

describe('what we found ourselves', () => {
  /** Nobody but bob says anything, so that we are not deaf; ends when eve or carol is suspected by us. */
  const accusing = (bench: Bench) =>
    bench.waitUntil(() => {
      bench.hear({ kind: 'nack', seqNo: 0 });
      return (bench.core.counts.get('probes_failed') ?? 0) > 0;
    });

  test('travels with the accusation among ours, and needs no message of its own', () => {
    const bench = accusing(pool().forget()).wait(2_000);
    expect(bench.core.counts.get('evidence_told')).toBeUndefined();
    expect(bench.sent('suspect').some(({ opsbro }) => opsbro !== undefined)).toBe(true);
  });

  test('is told beside the accusation where a plain Serf agent is in the pool', () => {
    const bench = accusing(pool().hear(alive('serf')).forget()).wait(2_000);
    expect(bench.core.counts.get('evidence_told')).toBe(1);
    expect(evidenceOf(bench).length).toBeGreaterThan(0);
  });
});
