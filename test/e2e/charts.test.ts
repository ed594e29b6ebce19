import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';
import { askPrometheus, startPrometheus } from '../support/servers/prometheus.ts';
import { testWith } from '../support/services.ts';

const pool = agents();
afterAll(() => pool[Symbol.asyncDispose]());

const ask = async <Body>(agent: RunningAgent, path: string): Promise<Body> =>
  (await (await fetch(`http://127.0.0.1:${agent.ports.http}${path}`)).json()) as Body;

describe('two agents of a zone', () => {
  let a: RunningAgent;
  let b: RunningAgent;
  beforeAll(async () => {
    [a, b] = [pool.start('a', { OPSBRO_PROMETHEUS__SERIES: 'true' }), pool.start('b')];
    await Promise.all([a.ready(), b.ready()]);
    await b.opsbro('gossip', 'join', `127.0.0.1:${a.ports.gossip}`);
  }, 40_000);

  test('each shows the series of both, or only its own', async () => {
    const names = async (query: string) =>
      (await ask<{ text: string }[]>(b, `/metrics/find?${query}`)).map(({ text }) => text);
    await expect.poll(() => names('query=*'), { timeout: 15_000 }).toEqual(['a', 'b', 'opsbro']);
    expect(await names('query=*&local=1')).toEqual(['b', 'opsbro']);
    expect(await names('query=*&node=a')).toEqual(['a', 'opsbro']);
    const target = encodeURIComponent('aliasByNode(*.memory.memtotal,0)');
    const shown = () =>
      ask<{ target: string; datapoints: [number | null, number][] }[]>(b, `/render?target=${target}&from=-2min`);
    await expect
      .poll(async () => (await shown()).map((series) => series.target), { timeout: 15_000 })
      .toEqual(['a', 'b']);
    const [first] = await shown();
    expect(first?.datapoints.some(([value]) => value !== null && value > 0)).toBe(true);
  }, 40_000);

  testWith('promtool', 'what Prometheus reads has no fault', async (promtool) => {
    // Also the series that it shows as they were sent.
    const input = await (await fetch(`http://127.0.0.1:${a.ports.http}/metrics`)).text();
    expect(input).toMatch(/^opsbro_memory_/m);
    expect(input).toMatch(/^a_memory_/m);
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  testWith(
    'prometheus',
    'a real Prometheus scrapes all of it',
    async (program) => {
      await using server = await startPrometheus(program, a.ports.http);
      const up = async () => (await askPrometheus(server.port, 'up{job="agent"}'))[0]?.value[1];
      await expect.poll(up, { timeout: 20_000 }).toBe('1');
      const [build] = await askPrometheus(server.port, 'opsbro_build_info');
      expect(build?.metric['version']).toMatch(/^\d/);
      const [memory] = await askPrometheus(server.port, 'a_memory_memtotal');
      expect(Number(memory?.value[1])).toBeGreaterThan(0);
    },
    60_000,
  );

  test('a node that is gone is left out and named, and no reason to wait', async () => {
    a.kill('SIGKILL');
    const target = encodeURIComponent('b.memory.memtotal');
    const answer = await fetch(`http://127.0.0.1:${b.ports.http}/render?target=${target}&from=-2min`);
    expect(answer.headers.get('x-opsbro-missing')).toBe('a');
    expect(await answer.json()).toMatchObject([{ target: 'b.memory.memtotal' }]);
    expect(await ask(b, '/render?target=a.*.*&local=1')).toEqual([]);
  });
});
