import { describe, expect, test } from 'vitest';
import { Meetings } from '../../../src/kv/cluster/meetings.ts';
import { stampAt } from '../../../src/kv/hlc.ts';
import { nodeTag } from '../../../src/kv/version.ts';

const RING = ['a', 'b', 'c'];
const at = (ms: number) => ({ stamp: stampAt(ms), tag: nodeTag('x') });

function metAt(ms: number): Meetings {
  const meetings = new Meetings('a', new Map());
  for (const node of ['b', 'c']) {
    meetings.begin(node, ms);
    meetings.end(node, RING);
  }
  return meetings;
}

describe('when two nodes held the same last', () => {
  test('is when their comparison began, not when it ended', () => {
    expect(metAt(1_000).lastWith('b')).toBe(1_000);
  });

  test('is taken back by whatever comes later and is older: nobody knows that the others hold it', () => {
    const meetings = metAt(1_000);
    expect(meetings.receive(at(2_000), '')).toBe(false);
    expect(meetings.receive(at(400), 'b')).toBe(true);
    expect([meetings.lastWith('b'), meetings.lastWith('c')]).toEqual([1_000, 400]);
    expect(meetings.receive(at(300), '')).toBe(true);
    expect([meetings.lastWith('b'), meetings.lastWith('c')]).toEqual([300, 300]);
  });

  test('is taken back as well by what comes while the two compare', () => {
    const meetings = metAt(1_000);
    meetings.begin('b', 5_000);
    meetings.receive(at(4_500), 'c');
    meetings.end('b', RING);
    expect(meetings.lastWith('b')).toBe(4_500);
  });

  test('counts only for keys that both had to keep then', () => {
    const meetings = new Meetings('a', new Map([['b', { at: 1_000, members: ['b', 'c', 'd', 'e'] }]]));
    expect(meetings.lastWith('b')).toBe(1_000);
    expect(meetings.sharedUntil('b', 'k')).toBeUndefined();
    expect(metAt(1_000).sharedUntil('b', 'k')).toBe(1_000);
    expect(metAt(1_000).sharedUntil('never-met', 'k')).toBeUndefined();
  });
});
