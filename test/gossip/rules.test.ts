import { describe, expect, test } from 'vitest';
import type { Node } from '../../src/gossip/core/node.ts';
import { judgeAlive, judgeDead, judgeSuspect, type Known } from '../../src/gossip/core/rules.ts';
import type { Alive, Versions } from '../../src/gossip/wire/messages.ts';
import type { NodeState } from '../../src/model/member.ts';

const VERSIONS: Versions = [1, 5, 2, 2, 5, 5];
const NOW = 1_000_000;

/** `STATE INCARNATION [at PORT] [id ID] [dropped] [from PORT]`, or `nothing`. */
function known(text: string, change: Partial<Known> = {}): Known {
  const words = text.split(' ');
  const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const former = after('from');
  const node: Node = {
    name: 'bob',
    address: '10.0.0.1',
    port: Number(after('at') ?? 1),
    incarnation: Number(words[1]),
    meta: new Uint8Array([1]),
    tags: new Map([['id', after('id') ?? 'old']]),
    versions: VERSIONS,
    state: words[0] as NodeState,
    status: 'alive',
    statusLTime: 0,
    listed: !words.includes('dropped'),
    changedAt: 0,
    ...(former !== undefined && { former: { address: '10.0.0.1', port: Number(former), until: NOW + 1 } }),
  };
  const isNothing = text === 'nothing';
  return { node: isNothing ? undefined : node, isSelf: false, isLeaving: false, now: NOW, ...change };
}

const alive = (incarnation: number, change: Partial<Alive> = {}): Alive => ({
  kind: 'alive',
  node: 'bob',
  incarnation,
  address: '10.0.0.1',
  port: 1,
  meta: new Uint8Array([1]),
  versions: VERSIONS,
  ...change,
});

describe('hearing that another is alive', () => {
  test.each([
    // known                    incarnation, port, id of what is heard
    ['nothing', 1, 1, 'old', 'believe'],
    ['alive 5', 5, 1, 'old', 'ignore'],
    ['alive 5', 4, 1, 'old', 'ignore'],
    ['alive 5', 6, 1, 'old', 'believe'],
    ['suspect 5', 5, 1, 'old', 'ignore'],
    ['suspect 5', 6, 1, 'old', 'believe'],
    ['dead 5', 5, 1, 'old', 'ignore'],
    ['dead 5', 6, 1, 'old', 'believe'],
    ['left 5', 5, 1, 'old', 'ignore'],
    ['left 5', 6, 1, 'old', 'believe'],
    // elsewhere
    ['alive 5', 9, 2, 'old', 'conflict'],
    ['suspect 5', 9, 2, 'old', 'conflict'],
    ['left 5', 1, 2, 'old', 'believe'],
    ['dead 5', 5, 2, 'old', 'ignore'],
    ['dead 5', 6, 2, 'old', 'believeMoved'],
    ['dead 5', 1, 2, 'new', 'believeMoved'],
    ['dead 5', 1, 2, undefined, 'believeMoved'],
    ['dead 5 from 2', 6, 2, 'old', 'ignore'],
    ['dead 5 from 3', 6, 2, 'old', 'believeMoved'],
    // no longer listed, but remembered
    ['dead 5 dropped', 6, 1, 'old', 'believe'],
    ['dead 5 dropped', 6, 2, 'old', 'believe'],
    ['dead 5 dropped', 5, 1, 'old', 'ask'],
    ['left 5 dropped', 1, 1, 'old', 'ask'],
  ] as const)('knowing %s, hearing incarnation %i at port %i with id %s: %s', (...row) => {
    const [text, incarnation, port, id, verdict] = row;
    expect(judgeAlive(alive(incarnation, { port }), known(text), id)).toBe(verdict);
  });

  test.each([
    [[0, 5, 2, 2, 5, 5]],
    [[1, 0, 2, 2, 5, 5]],
    [[3, 2, 2, 2, 5, 5]],
    [[3, 5, 3, 2, 5, 5]],
    [[1, 5, 6, 2, 5, 5]],
    [[1, 5, 2, 2, 4, 4]],
  ] as const)('versions %s can never be in a pool with ours', (versions) => {
    expect(judgeAlive(alive(1, { versions }), known('nothing'), 'old')).toBe('refuse');
  });
});

describe('hearing something of ourselves', () => {
  const self = { isSelf: true };

  test.each([
    [4, {}, 'ignore'],
    [5, {}, 'ignore'],
    [6, {}, 'refute'],
    [5, { meta: new Uint8Array([2]) }, 'refute'],
    [4, { meta: new Uint8Array([2]) }, 'ignore'],
    [5, { versions: [1, 5, 3, 2, 5, 5] as Versions }, 'refute'],
    [9, { port: 2 }, 'conflict'],
  ])('being alive 5, hearing alive %i %o: %s', (incarnation, change, verdict) => {
    expect(judgeAlive(alive(incarnation, change), known('alive 5', self), 'old')).toBe(verdict);
  });

  test('nothing is answered once we leave', () => {
    expect(judgeAlive(alive(9), known('alive 5', { isSelf: true, isLeaving: true }), 'old')).toBe('ignore');
  });

  test.each([
    ['suspect', 4, 'ignore'],
    ['suspect', 5, 'refute'],
    ['suspect', 9, 'refute'],
    ['dead', 4, 'ignore'],
    ['dead', 5, 'refute'],
    ['dead', 9, 'refute'],
  ] as const)('being alive 5, hearing %s %i: %s', (kind, incarnation, verdict) => {
    const judged =
      kind === 'dead'
        ? judgeDead({ kind, node: 'bob', incarnation, from: 'eve' }, known('alive 5', self))
        : judgeSuspect({ kind, node: 'bob', incarnation, from: 'eve' }, known('alive 5', self));
    expect(judged).toBe(verdict);
  });

  test('our own word that we are gone is believed while we leave', () => {
    const leaving = known('alive 5', { isSelf: true, isLeaving: true });
    expect(judgeDead({ kind: 'dead', node: 'bob', incarnation: 5, from: 'bob' }, leaving)).toBe('believeLeft');
  });
});

test.each([
  ['nothing', 5, 'ignore'],
  ['alive 5', 4, 'ignore'],
  ['alive 5', 5, 'believe'],
  ['alive 5', 6, 'believe'],
  ['suspect 5', 5, 'confirm'],
  ['suspect 5', 4, 'ignore'],
  ['dead 5', 5, 'ignore'],
  ['left 5', 5, 'ignore'],
  ['dead 5 dropped', 6, 'ignore'],
])('knowing %s, hearing suspect %i of another: %s', (text, incarnation, verdict) => {
  expect(judgeSuspect({ kind: 'suspect', node: 'bob', incarnation, from: 'eve' }, known(text))).toBe(verdict);
});

test.each([
  ['nothing', 5, 'eve', 'ignore'],
  ['alive 5', 4, 'eve', 'ignore'],
  ['alive 5', 5, 'eve', 'believeDead'],
  ['suspect 5', 5, 'eve', 'believeDead'],
  ['alive 5', 5, 'bob', 'believeLeft'],
  ['suspect 5', 6, 'bob', 'believeLeft'],
  ['dead 5', 5, 'eve', 'ignore'],
  ['dead 5', 5, 'bob', 'retire'],
  ['left 5', 6, 'eve', 'ignore'],
  ['left 5', 6, 'bob', 'ignore'],
  ['dead 5 dropped', 6, 'bob', 'ignore'],
])('knowing %s, hearing dead %i of another from %s: %s', (text, incarnation, from, verdict) => {
  expect(judgeDead({ kind: 'dead', node: 'bob', incarnation, from }, known(text))).toBe(verdict);
});
