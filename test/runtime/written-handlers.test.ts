import { expect, test } from 'vitest';
import mail from '../../src/handlers/mail.ts';
import shinken from '../../src/handlers/shinken.ts';
import type { Pack } from '../../src/model/pack.ts';
import type { Handler } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { writtenHandlers } from '../../src/runtime/written-handlers.ts';

const pack = (name: string): Pack => ({
  ...{ name, level: 'global', directory: `/packs/${name}`, version: '1', description: '', overloadedBy: null },
  ...{ keywords: [], topics: [], types: [], author: '', license: '', homepage: '', settings: [], problems: [] },
  parameters: { enabled: true },
});

test('a pack of the name of a kind of handler is one by itself, but not where its parameters are for something else', () => {
  const plugins = new Registry<Handler>('handler');
  for (const plugin of [mail, shinken]) plugins.add(plugin);
  const packs = { packs: [pack('mail'), pack('shinken')], objects: [], problems: [] };
  expect([...writtenHandlers({ packs }, plugins).keys()]).toEqual(['mail']);
});
