import { expect, test } from 'vitest';
import { editsOf } from '../../src/agent/edits.ts';
import { AgentConfig } from '../../src/config/agent-schema.ts';

const PLUGINS = { collectors: [], pollsters: [], handlers: [], checks: [], hosting: [], functions: [] };
const basic_auth = { username: 'u', password: 'planted-1' };
const remote_write = [
  { url: 'http://u:planted-2@a/w', headers: { Authorization: 'planted-3', 'X-Scope': 'b' }, basic_auth },
];

test('no secret is shown of any setting, not in lists and not in addresses', async () => {
  const shown = AgentConfig.parse({ prometheus: { remote_write }, kv: { etcd: { password: 'planted-4' } } });
  const loaded = { shown, origins: new Map(), variables: { my_token: 'planted-5', mailq_warn: 3 } };
  const edits = editsOf({
    world: { home: { data: '/d', config: '/c', shipped: '/s' }, plugins: PLUGINS },
    written: () => ({ loaded }),
    reload: async () => {},
  } as never);

  const settings = new Map(await edits.settings());
  expect(JSON.stringify([[...settings], edits.variables()])).not.toContain('planted');
  expect(settings.get('prometheus.remote_write')?.value).toMatchObject([{ headers: { 'X-Scope': 'b' } }]);
  expect(settings.get('kv.etcd.password')?.value).toBe('******');
  expect(edits.variables()).toEqual({ my_token: '******', mailq_warn: 3 });
});
