import { expect, test } from 'vitest';
import { bodyOf, fakeApi } from './fake-parts.ts';

test('the dashboards are listed, and each is told as it is written', async () => {
  const api = fakeApi();
  const listed = { name: 'linux/overview', title: 'Linux', pack_name: 'linux', pack_level: 'core' };
  expect(await bodyOf(await api('/dashboards'))).toEqual([listed]);
  const definition = { file: '/packs/linux/dashboards/overview.yml', line: 1, fields: {} };
  for (const name of ['overview', 'linux/overview']) {
    expect(await bodyOf(await api(`/dashboards/${name}`))).toEqual({ ...listed, definition });
  }
  expect((await api('/dashboards/none')).status).toBe(404);
});

test.each([
  ['', 'plain 150 10'],
  ['?color', 'colored 150 10'],
  ['?points=20&step=60', 'plain 20 60'],
])('the values of a dashboard are as they are wanted: %s', async (query, value) => {
  const answer = await fakeApi()(`/dashboards/linux/overview/values${query}`);
  expect(await bodyOf(answer)).toMatchObject({ id: 'linux/overview', content: { kind: 'text', value } });
});

test.each(['points=1', 'points=1001', 'points=x', 'step=0', 'other=1'])(
  'what cannot be is refused: %s',
  async (query) => {
    expect((await fakeApi()(`/dashboards/overview/values?${query}`)).status).toBe(400);
  },
);
