import { expect, test } from 'vitest';
import { Health } from '../../src/agent/health.ts';
import { openWithRetry } from '../../src/agent/retry.ts';
import { silent } from '../../src/base/log.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { SimulatedClock } from '../support/clock.ts';

test('a port that is taken is told as such, in the same words for every door, and tried again until it is free', async () => {
  const clock = new SimulatedClock();
  const health = new Health(clock);
  const taken = await bindUdp({ address: '127.0.0.1', port: 0 });
  const { port } = taken;
  const open = () => bindUdp({ address: '127.0.0.1', port });
  const opening = await openWithRetry(open, { door: 'dns', clock, log: silent, health });
  expect(opening.opened).toBeUndefined();
  const text = `dns: 127.0.0.1 port ${port} is in use already (opsbro doctor tells by whom); choose another port, 0 for any`;
  expect(health.report().reasons).toMatchObject([{ part: 'dns', code: 'not_bound', text }]);
  await taken[Symbol.asyncDispose]();
  await clock.runAsync(5_000);
  await expect.poll(() => opening.opened?.port).toBe(port);
  expect(health.report().health).toBe('ok');
  await opening.close();
});

test('what else keeps a door closed is told as the system tells it', async () => {
  const clock = new SimulatedClock();
  const health = new Health(clock);
  const open = () => Promise.reject(new Error('bind EACCES 127.0.0.1:53'));
  const opening = await openWithRetry(open, { door: 'dns', clock, log: silent, health });
  expect(health.report().reasons).toMatchObject([{ text: 'bind EACCES 127.0.0.1:53' }]);
  await opening.close();
});
