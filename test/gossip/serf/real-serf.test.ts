import { afterEach, expect } from 'vitest';
import { Bus } from '../../../src/base/bus.ts';
import { Disposal } from '../../../src/base/disposal.ts';
import type { AgentEvent } from '../../../src/model/event.ts';
import { eventually, startMember } from '../../support/gossip.ts';
import { startSerf } from '../../support/serf.ts';
import { testWith } from '../../support/services.ts';

let closing = new Disposal();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Disposal();
});

const text = (payload: Uint8Array) => Buffer.from(payload).toString();

testWith(
  'serf',
  'events and queries go both ways between us and real serf agents, which have nothing to complain of',
  async (serf) => {
    const bus = new Bus<AgentEvent>((error) => {
      throw error;
    });
    const told: string[] = [];
    bus.on('user-event', ({ event }) => told.push(`${event.name} ${text(event.payload)}`));
    const a = closing.use(await startMember('a', { bus, tags: new Map([['rack', 'r1']]) }));
    const address = `${a.address}:${a.port}`;
    const one = closing.use(await startSerf(serf, 'one', [address]));
    const two = closing.use(await startSerf(serf, 'two', [address]));
    await eventually(() => a.members.size === 3, 3_000);

    await one.command('event', 'deploy', 'v1');
    await eventually(() => told.includes('deploy v1'), 2_000);
    a.addEvent('release', Buffer.from('v2'));
    await eventually(
      () => [one, two].every(({ log }) => log.some((line) => /user-event: release|release/.test(line))),
      2_000,
    );

    a.onQuery('uptime', async (payload, from) => Buffer.from(`up, ${from}, ${text(payload)}`));
    expect(await one.command('query', '-timeout=2s', '-node=a', 'uptime', 'pay')).toContain('up, one, pay');
    expect(await two.command('query', '-timeout=2s', '-tag', 'rack=^r[0-9]$', '-relay-factor=1', 'uptime')).toContain(
      'up, two,',
    );
    const outcome = await a.query({ name: '_serf_ping', payload: new Uint8Array(), filters: {}, timeoutMs: 1_000 });
    expect([...outcome.acks].sort()).toEqual(['a', 'one', 'two']);
    expect(await one.command('reachability')).toContain('Successfully');

    await eventually(() => a.roundTrip('a', 'one').measuredMs !== undefined, 10_000);
    await eventually(() => a.roundTrip('one', 'two').estimatedMs !== undefined, 10_000);
    expect(
      a
        .coordinates()
        .map(({ node }) => node)
        .sort(),
    ).toEqual(['a', 'one', 'two']);
    expect(await one.command('rtt', 'one', 'a')).toContain('Estimated');
    // Its own command line hangs up on it.
    const complaints = [...one.complaints, ...two.complaints].filter((line) => !line.includes('agent.ipc'));
    expect(complaints).toEqual([]);
  },
);
