import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/gossip/core/evidence.ts';
import { explain, summaryOf } from '../../src/gossip/explanation.ts';
import type { NodeState } from '../../src/model/member.ts';
import type { Evidence, EvidenceKind } from '../../src/model/pool.ts';

const NOON = Date.UTC(2026, 0, 1, 12, 0, 0);

/** `SECOND KIND BY`, then what belongs to it. */
const seen = (
  second: number,
  kind: EvidenceKind,
  by: string,
  detail: Record<string, string | number> = {},
): Evidence => ({
  at: NOON + second * 1_000,
  kind,
  by,
  incarnation: 1,
  detail: new Map(Object.entries(detail)),
});

const summary = (state: NodeState | undefined, second: number, ...evidence: readonly Evidence[]) =>
  summaryOf({ name: 'n7', state, since: NOON + second * 1_000 }, evidence);

const accusation = { ms: 1_000, score: 0, asked: 3, nacked: 3, tcp: 'refused' };

describe('of a dead member is said', () => {
  test('who missed it, how, who confirmed it and whose timer fired', () => {
    const told = summary(
      'dead',
      7,
      seen(1, 'suspect-received', 'n2', { confirmations: 0, ...accusation }),
      seen(2, 'suspect-received', 'n5', { confirmations: 1, ...accusation }),
      seen(3, 'suspect-received', 'n6', { confirmations: 2, ...accusation }),
      seen(5, 'timer-fired', 'n1', { confirmations: 2 }),
      seen(5, 'dead', 'n1'),
    );
    expect(told).toBe(
      'n7 is dead since 12:00:07: n2, n5 and n6 missed probes at 12:00:01, 12:00:02 and 12:00:03 ' +
        '(direct, 3 indirect: 3 nacks, TCP refused), confirmed by 2, timer of n1 fired after 4.0 s.',
    );
  });

  test.each([
    [
      'what this node tried itself',
      [
        seen(1, 'probe-timeout', 'n1'),
        seen(1, 'indirect', 'n1', { asked: 2, nacked: 1 }),
        seen(1, 'tcp', 'n1', { result: 'timeout' }),
        seen(1, 'suspect', 'n1', { confirmations: 0 }),
        seen(5, 'timer-fired', 'n1'),
      ],
      'n1 missed probes at 12:00:01 (direct, 2 indirect: 1 nack, TCP timeout), timer of n1 fired after 4.0 s',
    ],
    [
      'who declared it dead when we learnt it from others',
      [seen(1, 'suspect-received', 'n2'), seen(5, 'dead-received', 'n2'), seen(5, 'dead', 'n1')],
      'n2 missed probes at 12:00:01, n2 declared it dead at 12:00:05',
    ],
    ['no more than is known', [], 'it was not heard of since this node started'],
    ['that its name went to another', [seen(1, 'conflict', 'n1'), seen(2, 'dead', 'n1')], 'another took its name'],
    [
      'nothing of suspicions that it refuted',
      [seen(1, 'suspect-received', 'n9'), seen(2, 'refuted', 'n7'), seen(3, 'dead-received', 'n2')],
      'n2 declared it dead at 12:00:03',
    ],
  ])('%s', (_, evidence, reason) => {
    expect(summary('dead', 7, ...evidence)).toBe(`n7 is dead since 12:00:07: ${reason}.`);
  });
});

test.each([
  ['suspect', [seen(1, 'suspect-received', 'n2')], 'n7 is suspect since 12:00:07: n2 missed probes at 12:00:01.'],
  [
    'suspect',
    [seen(1, 'told-by-push-pull', 'n4', { state: 'dead' })],
    'n7 is suspect since 12:00:07: n4 said so in a push/pull.',
  ],
  ['suspect', [], 'n7 is suspect since 12:00:07: others suspect it.'],
  [
    'left',
    [seen(1, 'leave-intent', 'n7'), seen(2, 'left', 'n1')],
    'n7 is left since 12:00:07: its leave was announced at 12:00:01.',
  ],
  ['left', [seen(2, 'left', 'n1')], 'n7 is left since 12:00:07: it said so itself.'],
  ['left', [], 'n7 is left since 12:00:07: others knew it as gone.'],
  [
    'left',
    [seen(1, 'dead', 'n1'), seen(2, 'leave-intent', 'n7')],
    'n7 is left since 12:00:07: it was dead and was declared gone.',
  ],
  ['alive', [], 'n7 is alive since 12:00:07.'],
  [
    'alive',
    [seen(1, 'suspect-received', 'n2'), seen(2, 'refuted', 'n7')],
    'n7 is alive since 12:00:07; it refuted the suspicion of n2 at 12:00:02.',
  ],
  [
    'alive',
    [seen(1, 'dead', 'n1'), seen(9, 'alive', 'n7')],
    'n7 is alive since 12:00:07; it was gone before and came back at 12:00:09.',
  ],
  [undefined, [seen(3, 'dead-received', 'n2')], 'n7 is no longer in the list: n2 declared it dead at 12:00:03.'],
] as const)('of one that is %s, knowing %o: %s', (state, evidence, sentence) => {
  expect(summary(state, 7, ...evidence)).toBe(sentence);
});

test('what was observed by monotonic time is told by that of the wall', () => {
  const observed: Observation = { at: 5.4, kind: 'late-ack', by: 'me', incarnation: 3, detail: { ms: 1_200 } };
  const { evidence } = explain({ name: 'n7', state: 'alive', since: 0 }, [observed], (at) => NOON + at);
  expect(evidence).toEqual([
    { at: NOON + 5, kind: 'late-ack', by: 'me', incarnation: 3, detail: new Map([['ms', 1_200]]) },
  ]);
});
