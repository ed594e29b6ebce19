import { expect, test } from 'vitest';
import { bodyOf, fakeApi, fakeParts } from './fake-parts.ts';

test.each(['checks', 'services'])(
  '%s are defined and taken away by the socket, and not by those who may only read',
  async (what) => {
    const parts = fakeParts();
    const api = fakeApi(parts);
    const put = {
      method: 'PUT',
      body: JSON.stringify({ passive: true }),
      headers: { 'content-type': 'application/json' },
    };
    expect(await bodyOf(await api(`/monitoring/${what}/web/job`, put))).toEqual({ id: 'local/web/job', warnings: [] });
    expect(await bodyOf(await api(`/monitoring/${what}/web/job`, { method: 'DELETE' }))).toEqual({
      id: 'local/web/job',
    });
    const tcp = { caller: { door: 'tcp', address: '127.0.0.1' } } as const;
    expect((await api(`/monitoring/${what}/web/job`, put, tcp)).status).toBe(401);
    expect(parts.done).toEqual(['define web/job {"passive":true}', 'take away web/job']);
  },
);
