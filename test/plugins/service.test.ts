import { expect, test } from 'vitest';
import { TimeIsOver } from '../../src/base/abort.ts';
import { askService } from '../../src/plugins/service.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const failing = (error: Error) => ({ down: { available: false }, ask: async () => Promise.reject(error) });

test('a service that answers is up, and what it took is told', async () => {
  const clock = new SimulatedClock();
  const ask = async () => {
    await clock.runAsync(12.345);
    return { version: '7' };
  };
  expect(await askService(fakeHost({ clock }), never, { ask })).toEqual({
    version: '7',
    up: 1,
    connexion_latency_ms: 12.35,
    response_ms: 12.35,
  });
});

test.each([
  ['ECONNREFUSED', 'not answering: ECONNREFUSED: connect 127.0.0.1:1'],
  ['ENOTFOUND', 'not answering: ENOTFOUND: connect 127.0.0.1:1'],
  ['ECONNRESET', 'not answering: ECONNRESET: connect 127.0.0.1:1'],
])('%s is a service that is down', async (code, message) => {
  const asked = askService(fakeHost(), never, failing(systemError(code, 'connect 127.0.0.1:1')));
  await expect(asked).rejects.toMatchObject({
    name: 'NotAnswering',
    message,
    results: { available: false, up: 0 },
  });
});

test('a service that takes too long is down, and is not waited for', async () => {
  const clock = new SimulatedClock();
  let reason: unknown;
  const ask = (signal: AbortSignal) =>
    new Promise<never>(() => signal.addEventListener('abort', () => (reason = signal.reason)));
  const asked = askService(fakeHost({ clock }), never, { ask });
  const failed = expect(asked).rejects.toMatchObject({ message: 'no answer within 5s', results: { up: 0 } });
  await clock.runAsync(5_000);
  await failed;
  expect(reason).toMatchObject({ message: 'no answer within 5s' });
});

test('a door that is not opened to us names the right that is missing', async () => {
  const asked = askService(fakeHost(), never, failing(systemError('EACCES', 'connect /run/haproxy.sock')));
  await expect(asked).rejects.toMatchObject({
    name: 'NotEligible',
    message: "the agent's user may not connect: EACCES: connect /run/haproxy.sock",
  });
});

test('a wrong password is no silence', async () => {
  await expect(askService(fakeHost(), never, failing(new Error('Access denied')))).rejects.toThrow(/^Access denied$/);
});

test('a run that is ended is no silence either', async () => {
  const abort = new AbortController();
  const ask = () => new Promise<never>(() => {});
  const asked = askService(fakeHost(), abort.signal, { ask });
  const failed = expect(asked).rejects.toThrow(/^the agent stops$/);
  abort.abort(new Error('the agent stops'));
  await failed;
});

test('a run that has less time than the service is cut like a service that takes too long', async () => {
  const abort = new AbortController();
  const asked = askService(fakeHost(), abort.signal, { ask: () => new Promise<never>(() => {}) });
  const failed = expect(asked).rejects.toMatchObject({ message: 'no answer within 2s', results: { up: 0 } });
  abort.abort(new TimeIsOver(2_000));
  await failed;
});
