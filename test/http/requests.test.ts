import { expect, test } from 'vitest';
import { exposition } from '../../src/http/exposition.ts';
import { Requests } from '../../src/http/requests.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeApi } from './fake-parts.ts';

test('requests are counted by route and status with what they took, those for keys and for charts apart', () => {
  const clock = new SimulatedClock();
  const requests = new Requests(clock);
  const ask = (route: string, status: number, ms: number) => {
    const began = requests.now();
    clock.run(ms);
    requests.count(route, status, began);
  };
  ask('GET /kv/:key*', 200, 500);
  ask('GET /kv/:key*', 404, 250);
  ask('GET /graphite/render', 200, 1_000);
  const lines = exposition(requests.families()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'opsbro_http_requests_total{route="GET /kv/:key*",status="404"} 1',
      '# TYPE opsbro_http_seconds histogram',
      'opsbro_http_seconds_bucket{le="0.1"} 0',
      'opsbro_http_seconds_bucket{le="0.5"} 2',
      'opsbro_http_seconds_bucket{le="1.0"} 3',
      'opsbro_http_seconds_bucket{le="+Inf"} 3',
      'opsbro_http_seconds_sum 1.75',
      'opsbro_http_seconds_count 3',
      'opsbro_kv_requests_total{op="get",result="200"} 1',
      'opsbro_kv_seconds_sum 0.75',
      'opsbro_render_seconds_count 1',
    ]),
  );
});

test('the agent tells how late its timers run', async () => {
  expect(await (await fakeApi()('/metrics')).text()).toContain(
    'opsbro_event_loop_delay_seconds{quantile="0.99"} 0.002',
  );
});
