import { expect, test } from 'vitest';
import agent from '../../src/collectors/agent.ts';
import { fakeHost, never } from '../support/host.ts';

test('tells what the agent costs, and how many files it has open', async () => {
  const dirs = ['/proc/self/fd/0', '/proc/self/fd/1', '/proc/self/fd/22'];
  expect(await agent.configure({})(fakeHost({ dirs }), never)).toEqual({
    rss: 80_000_000,
    heap: 20_000_000,
    cpu_pct: 0.58,
    event_loop_lag_ms: { p50: 0.2, p99: 1.5 },
    fds: 2,
    handles: 12,
  });
});

test('without an agent it is not eligible', async () => {
  await expect(agent.configure({})(fakeHost({ self: null }), never)).rejects.toThrow('no agent runs here');
});
