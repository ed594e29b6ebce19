import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { openRemoteWriter, type PostAnswer, type RemoteWriter } from '../../src/export/remote-writer.ts';
import { snappyLiterals, writeRequest } from '../../src/export/write-request.ts';
import { SimulatedClock } from '../support/clock.ts';
import { askPrometheus, startPrometheus } from '../support/servers/prometheus.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const GOLDEN =
  '0a350a150a085f5f6e616d655f5f12096f707362726f5f75700a0a0a046e6f646512026e31121009000000000000f83f1080d095ffbc31';

test('a point is written as the protocol has it', () => {
  const request = writeRequest([{ name: 'opsbro.up', value: 1.5, time: 1_700_000_000 }], new Map([['node', 'n1']]));
  expect(request.toString('hex')).toBe(GOLDEN);
  expect(snappyLiterals(request).toString('hex')).toBe(`37d8${GOLDEN}`);
});

test('longer bodies are cut into pieces of 60 bytes', () => {
  const block = snappyLiterals(Buffer.alloc(130, 7));
  expect(block.subarray(0, 3).toString('hex')).toBe('8201ec');
  expect([block[63], block[124]]).toEqual([59 << 2, 9 << 2]);
  expect(block.length).toBe(2 + 3 + 130);
});

test('tags are labels, and win over those that all series get', () => {
  const request = writeRequest([{ name: 'reqs;node=x;az=1', value: 1, time: 1 }], new Map([['node', 'n1']]));
  expect(request.toString('latin1')).toMatch(/__name__.*reqs.*az.*1.*node.*x/s);
  expect(request.toString('latin1')).not.toContain('n1');
});

const point = (at: number) => ({ name: `a.b${at % 3}`, value: at, time: 1_700_000_000 + at });

/** A writer to a receiver that answers with these statuses, then with 200. */
async function writing(statuses: readonly (number | 'gone')[] = [], folder = tempDirectory(), retryAfter?: number) {
  const clock = new SimulatedClock();
  const bodies: number[] = [];
  const waiting = [...statuses];
  const post = async (body: Buffer): Promise<PostAnswer> => {
    const status = waiting.shift() ?? 200;
    if (status === 'gone') throw new Error('nobody is there');
    if (status < 300) bodies.push(body.length);
    return { status, retryAfter, text: 'because' };
  };
  const common = { name: 'there', directory: folder.path, most: 1_000_000, labels: new Map<string, string>() };
  const writer = await openRemoteWriter({ ...common, post, clock, random: () => 0.5, log: silent });
  onTestFinished(async () => {
    await writer[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  const add = (from: number, count: number) => {
    for (let at = from; at < from + count; at++) writer.add(point(at));
  };
  return { clock, bodies, writer, add, folder };
}

const stats = (writer: RemoteWriter) => {
  const { sent, dropped, spoolBytes, failure } = writer.stats();
  return { sent, dropped, spoolBytes, failure };
};

test('points go out in requests of 500', async () => {
  const { writer, bodies, add } = await writing();
  add(0, 1_200);
  await writer.turn();
  expect(bodies).toHaveLength(3);
  expect(stats(writer)).toEqual({ sent: 1_200, dropped: 0, spoolBytes: 0, failure: '' });
});

test('a receiver that is not ready twice gets every point once it is', async () => {
  const { writer, clock, add } = await writing([503, 'gone']);
  add(0, 10);
  await writer.turn();
  expect(stats(writer)).toMatchObject({ sent: 0, failure: 'it answered 503: because' });
  await writer.turn();
  expect(stats(writer)).toMatchObject({ sent: 0, failure: 'it answered 503: because' });
  clock.run(1_001);
  await writer.turn();
  expect(stats(writer)).toMatchObject({ sent: 0, failure: 'nobody is there' });
  clock.run(2_001);
  await writer.turn();
  expect(stats(writer)).toEqual({ sent: 10, dropped: 0, spoolBytes: 0, failure: '' });
});

test('who asks for time gets it', async () => {
  const { writer, clock, add } = await writing([429], undefined, 30);
  add(0, 1);
  await writer.turn();
  clock.run(29_000);
  await writer.turn();
  expect(stats(writer).sent).toBe(0);
  clock.run(1_001);
  await writer.turn();
  expect(stats(writer).sent).toBe(1);
});

test('what is refused for good is given up and counted', async () => {
  const { writer, add } = await writing([400]);
  add(0, 700);
  await writer.turn();
  expect(stats(writer)).toEqual({ sent: 200, dropped: 500, spoolBytes: 0, failure: '' });
});

test('what was not sent is sent after a restart, and nothing twice', async () => {
  const first = await writing([200, 503]);
  first.add(0, 800);
  await first.writer.turn();
  await first.writer[Symbol.asyncDispose]();
  expect(existsSync(first.folder.path)).toBe(true);
  const second = await writing([], { path: first.folder.path, [Symbol.dispose]() {} });
  await second.writer.turn();
  expect(stats(second.writer)).toMatchObject({ sent: 300, spoolBytes: 0 });
});

testWith(
  'prometheus',
  'a real Prometheus takes what is written',
  async (program) => {
    await using server = await startPrometheus(program);
    using folder = tempDirectory();
    const now = Math.floor(systemClock.wall() / 1_000) - 30;
    const post = async (body: Buffer): Promise<PostAnswer> => {
      const headers = {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      };
      const answer = await fetch(`http://127.0.0.1:${server.port}/api/v1/write`, {
        method: 'POST',
        headers,
        body: Uint8Array.from(body),
      });
      return { status: answer.status, retryAfter: undefined, text: await answer.text() };
    };
    const common = { name: 'there', directory: folder.path, most: 1_000_000, labels: new Map([['node', 'n1']]) };
    await using writer = await openRemoteWriter({
      ...common,
      post,
      clock: systemClock,
      random: () => 0.5,
      log: silent,
    });
    for (let at = 0; at < 20; at++) writer.add({ name: 'web.requests;env=prod', value: at * 1.5, time: now + at });
    writer.add({ name: 'web.load', value: -0.25, time: now });
    await writer.turn();
    expect(writer.stats()).toMatchObject({ sent: 21, failure: '', dropped: 0 });
    const [requests] = await askPrometheus(server.port, 'web_requests', now + 20);
    expect(requests).toMatchObject({ metric: { env: 'prod', node: 'n1' }, value: [now + 20, '28.5'] });
    const [load] = await askPrometheus(server.port, 'web_load', now + 5);
    expect(load?.value[1]).toBe('-0.25');
  },
  60_000,
);
