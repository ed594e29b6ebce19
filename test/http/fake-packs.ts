import type { PackParameter, PackSet, Yaml } from '../../src/model/pack.ts';

const setting = (key: string, value: Yaml): PackParameter => ({
  key,
  value,
  defaultValue: value,
  isValid: true,
  source: '/packs/linux/parameters/parameters.yml:1',
  type: 'string',
  description: '',
});

/** A pack with secrets among its parameters. */
export const fakePacks = (): PackSet => ({
  packs: [
    {
      name: 'linux',
      level: 'core',
      directory: '/packs/linux',
      version: '1',
      description: 'Linux',
      keywords: [],
      topics: [],
      types: ['pack'],
      author: '',
      license: '',
      homepage: '',
      settings: [setting('password', 'secret'), setting('nested.api_key', 'secret'), setting('nested.port', 1)],
      parameters: { password: 'secret', nested: { api_key: 'secret', port: 1 } },
      overloadedBy: null,
      problems: [],
    },
  ],
  objects: [],
  problems: [],
});
