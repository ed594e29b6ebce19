import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/http/app.ts';
import { HandlingLimit } from '../../src/http/handling-limit.ts';
import { Requests } from '../../src/http/requests.ts';
import { route } from '../../src/http/route.ts';
import { SimulatedClock } from '../support/clock.ts';
import { bodyOf, SETTINGS } from './fake-parts.ts';

const never = () => new Promise<string>(() => {});
const answering = (more: object, handle: () => Promise<string> = never) =>
  route({ access: 'read', summary: 'x', query: z.object({}), answer: z.string(), handle, ...more });

function api() {
  const clock = new SimulatedClock();
  const table = {
    'GET /slow': answering({}),
    'GET /program': answering({ mayLast: true }),
    'GET /late': answering({}, () => new Promise((resolve) => void clock.after(59_000, () => resolve('done')))),
  };
  const limit = new HandlingLimit(clock);
  const app = createApp(table, { ...SETTINGS, requests: new Requests(clock), limit });
  const answers = new Map<string, Response>();
  const ask = (target: string) =>
    void Promise.resolve(app.request(target, {}, { caller: { door: 'socket' }, target })).then((answer) =>
      answers.set(target, answer),
    );
  return { clock, ask, answers };
}

test('what has no answer after a minute is told to be late', async () => {
  const { clock, ask, answers } = api();

  ask('/slow');
  await clock.runAsync(30_000);
  ask('/slow?x');
  await clock.runAsync(29_000);
  expect(answers.size).toBe(0);
  await clock.runAsync(6_000);
  expect([...answers.keys()]).toEqual(['/slow']);
  const answer = answers.get('/slow');
  expect([answer?.status, answer?.headers.get('retry-after')]).toEqual([503, '1']);
  expect(answer && (await bodyOf(answer))).toMatchObject({ error: { code: 'overloaded' } });
  await clock.runAsync(30_000);
  expect([...answers.keys()]).toEqual(['/slow', '/slow?x']);
});

test('an answer just in time, one of a program, and one that was waited for on purpose are none of its business', async () => {
  const { clock, ask, answers } = api();

  for (const target of ['/late', '/program', '/slow?index=1&wait=10m']) ask(target);
  await clock.runAsync(3_600_000);
  expect([...answers].map(([target, { status }]) => [target, status])).toEqual([['/late', 200]]);
});
