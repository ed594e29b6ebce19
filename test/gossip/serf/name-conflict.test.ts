import { describe, expect, test } from 'vitest';
import { winsVote } from '../../../src/gossip/serf/name-conflict.ts';
import { encodeQueryPayload } from '../../../src/gossip/wire/query-payloads.ts';
import { alive, Bench, portOf } from './bench.ts';

const self = { address: '10.0.0.1', port: 1, incarnation: 5 };
const rival = { address: '10.0.0.9', port: 9, incarnation: 1 };

test.each([
  ['nobody votes', { ours: 0, all: 0 }, rival, true],
  ['all are for us', { ours: 2, all: 2 }, rival, true],
  ['most are for us', { ours: 2, all: 3 }, rival, true],
  ['most are for the other', { ours: 1, all: 3 }, rival, false],
  ['none is for us', { ours: 0, all: 1 }, rival, false],
  ['it is a tie and we are older', { ours: 1, all: 2 }, rival, true],
  ['it is a tie and the other is older', { ours: 1, all: 2 }, { ...rival, incarnation: 6 }, false],
  ['it is a tie of equals and our place is the lower one', { ours: 1, all: 2 }, { ...rival, incarnation: 5 }, true],
])('whether we keep our name when %s', (_, votes, other, stays) => {
  expect(winsVote(votes, self, other)).toBe(stays);
});

test('of a tie both sides make the same', () => {
  const tie = { ours: 1, all: 2 };
  for (const incarnation of [1, 5, 9]) {
    const other = { ...rival, incarnation };
    expect(winsVote(tie, self, other)).toBe(!winsVote(tie, other, self));
  }
});

describe('when another claims our name', () => {
  const claim = { ...alive('me'), address: '10.0.0.9', port: 9, incarnation: 9 };
  /** Somebody claims our name, and does not answer yet when asked whether it is there. */
  const told = () => new Bench().hear(alive('bob'), alive('carl')).wait(5_000).forget().hear(claim);
  const claimed = () => {
    const bench = told();
    const [ping] = bench.sent('ping').filter(({ to }) => to === claim.port);
    return bench.hear({ kind: 'ack', seqNo: ping?.seqNo ?? 0, payload: null }).wait(20);
  };

  const vote = (bench: Bench, from: string, place: { readonly address: string; readonly port: number } | null) => {
    const [{ id, lTime } = { id: 0, lTime: 0 }] = bench.sent('query');
    const range = { min: 1, max: 5, current: 2 };
    const member = place && { name: 'me', ...place, status: 1, tags: new Map(), protocol: range, delegate: range };
    const payload = encodeQueryPayload({ kind: 'conflictResponse', member });
    return bench.hear({ kind: 'queryResponse', id, lTime, from, flags: 0, payload });
  };

  test('the pool is asked, as Serf does it, and one claim is asked about once', () => {
    const bench = claimed().hear(claim).wait(100);
    const [query] = bench.sent('query');
    expect(query).toMatchObject({ name: '_serf_conflict', flags: 0, payload: Buffer.from('me') });
    expect(new Set(bench.sent('query').map(({ id }) => id)).size).toBe(1);
  });

  test('we stay when the members know us', () => {
    const bench = claimed();
    vote(vote(bench, 'bob', self), 'carl', self).wait(4_000);
    expect([bench.done('nameLost').length, bench.count('name_votes_won')]).toEqual([0, 1]);
  });

  test('we are silent from then on when they know the other', () => {
    const bench = claimed();
    vote(vote(bench, 'bob', rival), 'carl', rival).wait(4_000);
    expect(bench.done('nameLost')).toEqual([{ type: 'nameLost', by: { address: '10.0.0.9', port: 9 } }]);
    bench.forget().wait(60_000);
    expect(bench.done('send')).toEqual([]);
  });

  test('a member that knows neither votes against us, as in Serf; nonsense is no vote', () => {
    const bench = claimed();
    vote(bench, 'bob', null);
    const [{ id, lTime } = { id: 0, lTime: 0 }] = bench.sent('query');
    bench.hear({ kind: 'queryResponse', id, lTime, from: 'carl', flags: 0, payload: Buffer.from('nonsense') });
    expect(bench.wait(4_000).done('nameLost')).toHaveLength(1);
  });

  test('no vote is held when nobody is there, as at the place that we moved away from', () => {
    const bench = told();
    const requests = bench.done('request').filter(({ to }) => to.port === claim.port);
    expect(requests).toHaveLength(1);
    for (const { id } of requests) bench.give({ type: 'failed', id, error: 'refused' });
    expect(bench.wait(10_000).sent('query')).toEqual([]);
    expect(bench.done('nameLost')).toEqual([]);
  });

  test('one that answers over TCP only is there', () => {
    const bench = told();
    const [request] = bench.done('request').filter(({ to }) => to.port === claim.port);
    const seqNo = request?.message.kind === 'ping' ? request.message.seqNo : 0;
    bench.give({ type: 'answered', id: request?.id ?? 0, message: { kind: 'ack', seqNo, payload: null } }).wait(20);
    expect(bench.sent('query').length).toBeGreaterThan(0);
  });

  test('we stay when nobody answers', () => {
    expect(claimed().wait(4_000).done('nameLost')).toEqual([]);
  });

  test('of a third one no vote is held', () => {
    const bench = claimed();
    bench
      .forget()
      .hear({ ...alive('bob'), port: portOf('x') })
      .wait(4_000);
    expect(bench.sent('query').filter(({ payload }) => Buffer.from(payload).toString() === 'bob')).toEqual([]);
  });
});
