import { describe, expect, test } from 'vitest';
import { inquiryOf } from '../../src/gossip/inquiry.ts';
import type { Evidence, EvidenceKind, Testimony } from '../../src/model/pool.ts';

const seen = (at: number, kind: EvidenceKind, by: string): Evidence => ({
  at,
  kind,
  by,
  incarnation: 1,
  detail: new Map(),
});

const testimony = (
  evidence: readonly Evidence[],
  accusations: Readonly<Record<string, readonly string[]>> = {},
): Testimony => ({ evidence, accusations: new Map(Object.entries(accusations)) });

const inquiry = (testimonies: Readonly<Record<string, Testimony>>, dead: readonly string[] = []) =>
  inquiryOf({
    own: { name: 'x', evidence: [], summary: 'x is dead since then.' },
    selfName: 'me',
    testimonies: new Map(Object.entries(testimonies)),
    silent: new Map([['n9', 'gone']]),
    isHealthy: (name) => !dead.includes(name),
  });

describe('an inquiry', () => {
  test('holds what each saw itself and all that this node knows, in order of time', () => {
    const { evidence, answered, silent } = inquiry({
      me: testimony([seen(3, 'dead-received', 'n1'), seen(1, 'suspect-received', 'n8')]),
      n1: testimony([seen(2, 'probe-timeout', 'n1'), seen(3, 'suspect-received', 'n2')]),
    });
    expect(evidence.map(({ at, kind, by, witness }) => [at, kind, by, witness])).toEqual([
      [1, 'suspect-received', 'n8', 'me'],
      [2, 'probe-timeout', 'n1', 'n1'],
      [3, 'dead-received', 'n1', 'me'],
    ]);
    expect([answered, [...silent]]).toEqual([['n1'], [['n9', 'gone']]]);
  });

  test('ranks accusers by how many living members they accused, whoever knows of it', () => {
    const { accusers } = inquiry(
      {
        me: testimony([], { n1: ['x'], n2: ['a'] }),
        n1: testimony([], { n1: ['x'], n2: ['b', 'a'], n3: ['b'] }),
      },
      ['x'],
    );
    expect(accusers).toEqual([
      { name: 'n2', isOfThis: false, accused: ['a', 'b'], healthy: ['a', 'b'] },
      { name: 'n3', isOfThis: false, accused: ['b'], healthy: ['b'] },
      { name: 'n1', isOfThis: true, accused: ['x'], healthy: [] },
    ]);
  });

  test('shows the newest when there is too much', () => {
    const many = Array.from({ length: 1_500 }, (_, at) => seen(at, 'suspect', 'me'));
    expect(inquiry({ me: testimony(many) }).evidence.map(({ at }) => at)).toEqual(
      Array.from({ length: 1_000 }, (_, place) => 500 + place),
    );
  });
});

describe('somebody is named as what is wrong', () => {
  test.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[], string]>([
    [
      'who alone accused several that live',
      { n1: ['a', 'b'] },
      [],
      ' n1 is probably what is wrong: it accused 2 members that live, nobody else did.',
    ],
    [
      'who accused far more than all others',
      { n1: ['a', 'b', 'c', 'd'], n2: ['a', 'b'] },
      [],
      ' n1 is probably what is wrong: it accused 4 members that live, anybody else at most 2.',
    ],
    ['but not who accused one', { n1: ['a'] }, [], ''],
    ['but not who accused the dead', { n1: ['a', 'b', 'c'] }, ['a', 'b', 'c'], ''],
    ['but not where others accused as many', { n1: ['a', 'b', 'c'], n2: ['a', 'b'] }, [], ''],
  ])('%s', (_, accusations, dead, sentence) => {
    expect(inquiry({ me: testimony([], accusations) }, dead).summary).toBe(`x is dead since then.${sentence}`);
  });
});
