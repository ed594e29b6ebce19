import { describe, expect, test } from 'vitest';
import { talkers } from './talkers.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (payload: Uint8Array): string => Buffer.from(payload).toString();

describe('an event that a person adds', () => {
  test('is known everywhere, written into the log when it happens, and told on the bus', () => {
    const { simulation, names, of } = talkers(3);
    const event = of('n0').talk.addEvent('deploy', bytes('v1'));
    expect(event).toMatchObject({ name: 'deploy', payload: bytes('v1'), lTime: 1, replayed: false });
    simulation.run(1_000);
    for (const name of names) {
      const { events, log, talk } = of(name);
      expect(talk.events).toMatchObject([{ name: 'deploy', payload: bytes('v1'), lTime: 1 }]);
      expect(log).toEqual([['user-event', { name: 'deploy' }]]);
      expect(events).toEqual([{ type: 'user-event', event: talk.events[0] }]);
    }
  });

  test('gets a payload of its own when it has none, so that two equal ones differ', () => {
    const { talk } = talkers(1).of('n0');
    const [one, two] = [talk.addEvent('deploy'), talk.addEvent('deploy')].map(({ payload }) => text(payload));
    expect(JSON.parse(one ?? '')).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      from: 'n0',
      at: expect.any(Number),
    });
    expect(one).not.toBe(two);
    expect(talk.events).toHaveLength(2);
  });

  test('is listed for 300 seconds', () => {
    const { simulation, of } = talkers(1);
    of('n0').talk.addEvent('deploy');
    simulation.run(299_000);
    expect(of('n0').talk.events).toHaveLength(1);
    simulation.run(1_000);
    expect(of('n0').talk.events).toEqual([]);
  });

  test.each([
    ['that is too large', 'e', new Uint8Array(600), 'event too large: 631 bytes, limit 512'],
    ['without a name', '', bytes('x'), 'an event needs a name'],
  ])('%s is refused', (_, name, payload, message) => {
    expect(() => talkers(1).of('n0').talk.addEvent(name, payload)).toThrow(message);
  });
});

describe('a query', () => {
  const question = { name: 'uptime', payload: bytes('since when'), filters: {} };

  test('comes back with the answer of each member, as soon as all have answered', async () => {
    const { simulation, names, of } = talkers(5);
    for (const name of names) {
      of(name).talk.answer('uptime', async (payload, from) => bytes(`${name} to ${from}: ${text(payload)}`));
    }
    const heard: string[] = [];
    const asked = of('n1').talk.query(question, ({ from }) => heard.push(from));
    await simulation.clock.runAsync(1_000);
    const outcome = await asked;
    expect(outcome.answers.map(({ payload }) => text(payload)).sort()).toEqual(
      names.map((name) => `${name} to n1: since when`),
    );
    expect([...outcome.acks].sort()).toEqual(names);
    expect(heard.sort()).toEqual(names);
    expect(of('n2').events).toMatchObject([{ type: 'query', name: 'uptime', from: 'n1' }]);
  });

  test('asks only those whom its filters name, and waits as long as it says', async () => {
    const { simulation, of } = talkers(4);
    const asked = of('n0').talk.query({ ...question, filters: { nodes: ['n1', 'n3'] }, timeoutMs: 1_500 });
    await simulation.clock.runAsync(1_600);
    expect(await asked).toMatchObject({ acks: expect.arrayContaining(['n1', 'n3']), answers: [], timeoutMs: 1_500 });
  });

  test('finds those whose tag matches an expression', async () => {
    const { simulation, of } = talkers(4);
    const filters = { tags: new Map([['id', '^id-n[12]$']]) };
    const asked = of('n0').talk.query({ ...question, filters });
    // The engine for expressions is loaded meanwhile, in real time.
    await import('re2js');
    await simulation.clock.runAsync(5_000);
    expect([...(await asked).acks].sort()).toEqual(['n1', 'n2']);
  });

  test('is heard and answered although much is lost, through relays', async () => {
    const { simulation, names, of } = talkers(10);
    simulation.loss = 0.15;
    for (const name of names) of(name).talk.answer('uptime', async () => bytes('up'));
    const asked = of('n0').talk.query({ ...question, relayFactor: 3 });
    await simulation.clock.runAsync(10_000);
    expect((await asked).answers.length).toBe(10);
  });

  test('whose answer fails is not answered, and the others go on', async () => {
    const { simulation, of } = talkers(2);
    of('n1').talk.answer('uptime', async () => {
      throw new Error('no idea');
    });
    const asked = of('n0').talk.query({ ...question, timeoutMs: 500 });
    await simulation.clock.runAsync(600);
    expect((await asked).answers).toEqual([]);
  });

  test.each([
    ['that is too long', { payload: new Uint8Array(1_100) }, /query too large/],
    ['of the agents', { name: '_serf_install-key' }, /belong to the agents/],
  ])('%s is refused', async (_, change, message) => {
    await expect(
      talkers(1)
        .of('n0')
        .talk.query({ ...question, ...change }),
    ).rejects.toThrow(message);
  });

  test('ends with the agent', async () => {
    const { talk } = talkers(1).of('n0');
    const asked = talk.query(question);
    talk[Symbol.dispose]();
    await expect(asked).rejects.toMatchObject({ code: 'stopping' });
    await expect(talk.query(question)).rejects.toMatchObject({ code: 'stopping' });
    expect(() => talk.addEvent('late')).toThrow('the agent is stopping');
  });
});
