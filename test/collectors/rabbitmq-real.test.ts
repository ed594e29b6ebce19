import { expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import rabbitmq from '../../src/collectors/rabbitmq.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { never } from '../support/host.ts';
import { lookUntil } from '../support/look-until.ts';
import { startRabbit } from '../support/servers/rabbitmq.ts';
import { freePort } from '../support/servers/server.ts';
import { testWith } from '../support/services.ts';

/** Looks until what is seen is as wanted: statistics come a second late, and answers too late on a busy machine. */
const seenAs = (look: () => Promise<Metrics>, isWanted: (seen: Metrics) => boolean): Promise<Metrics> =>
  lookUntil(() => look().catch((): Metrics => ({})), isWanted, 100);

const isUp = ({ up }: Metrics) => up === 1;

// One test, as the broker takes ten seconds to start.
testWith(
  'rabbitmq-server',
  'a real broker tells of its queues and nodes',
  async (program) => {
    await using broker = await startRabbit(program);
    await using host = systemHost(systemClock);
    const uri = `http://127.0.0.1:${broker.port}/api/overview`;
    const look = () => rabbitmq.configure({ uri })(host, never);

    expect(await seenAs(look, isUp), 'fresh').toMatchObject({
      up: 1,
      queue_totals: { messages: 0, messages_ready: 0, messages_unacknowledged: 0 },
      object_totals: { queues: 0 },
      nodes_total: 1,
      nodes_running: 1,
      mem_alarm: false,
      disk_free_alarm: false,
      partitions: [],
      nodes: { 'test@localhost': { running: true, mem_used: expect.any(Number), fd_used: expect.any(Number) } },
      queues: {},
    });

    expect(await broker.tell('PUT', 'queues/%2F/jobs.new', { durable: false })).toBe(201);
    const message = { properties: {}, routing_key: 'jobs.new', payload: 'x', payload_encoding: 'string' };
    for (const _ of [1, 2, 3]) await broker.tell('POST', 'exchanges/%2F/amq.default/publish', message);
    const hasThree = ({ queue_totals: totals, queues }: Metrics) =>
      JSON.stringify([totals, queues]).match(/"messages":3/g)?.length === 2;
    expect(await seenAs(look, hasThree), 'with messages').toMatchObject({
      queue_totals: { messages: 3, messages_ready: 3 },
      queues_without_consumers: 1,
      msgs_without_consumers: 3,
      queues: { '/': { 'jobs.new': { messages: 3, messages_ready: 3, consumers: 0 } } },
    });

    await expect(rabbitmq.configure({ uri, password: 'wrong' })(host, never)).rejects.toMatchObject({
      message: expect.stringMatching(/^login refused: /),
      partial: { up: 1 },
    });

    const withoutManagement = {
      uri: `http://127.0.0.1:${await freePort()}/api/overview`,
      metrics_uri: `http://127.0.0.1:${broker.metricsPort}/metrics`,
    };
    const lookWithout = () => rabbitmq.configure(withoutManagement)(host, never);
    expect(await seenAs(lookWithout, isUp), 'without management').toMatchObject({
      up: 1,
      queue_totals: { messages: 3 },
      nodes: { 'test@localhost': { running: true, mem_used: expect.any(Number) } },
    });

    await broker[Symbol.asyncDispose]();
    await expect(look()).rejects.toMatchObject({ name: 'NotAnswering', results: { up: 0 } });
  },
  150_000,
);
