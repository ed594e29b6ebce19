import { expect, test } from 'vitest';
import { exposition } from '../../src/http/exposition.ts';
import { fakeApi } from './fake-parts.ts';

test('OpenMetrics names a counter without its ending, and ends', async () => {
  const text = exposition([{ name: 'x_total', help: 'X.', type: 'counter', samples: [{ value: 1 }] }], 'openmetrics');
  expect(text.split('\n').slice(0, 3)).toEqual(['# HELP x X.', '# TYPE x counter', 'x_total 1']);
  expect(text.endsWith('# EOF\n')).toBe(true);
});

test('OpenMetrics is for who asks for it', async () => {
  const ask = fakeApi();
  const open = await ask('/metrics', {
    headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' },
  });
  expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(await open.text()).toMatch(/# EOF\n$/);
  expect((await ask('/metrics')).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
});
