import { expect, test } from 'vitest';
import { afterReload, restartNeeded } from '../../src/agent/reload.ts';
import type { Written } from '../../src/agent/written.ts';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import type { PackObject, Problem } from '../../src/model/pack.ts';
import { ZoneTree } from '../../src/model/zone-tree.ts';

const object = (id: string, file: string, definition = {}): PackObject => ({
  type: 'check',
  id,
  packName: 'local',
  packLevel: 'local',
  file,
  line: 1,
  definition,
});

const error = (file: string): Problem => ({ level: 'error', file, line: 1, column: 1, key: '', message: 'wrong' });

function written(config: object, objects: PackObject[], problems: Problem[] = [], fatal: Problem[] = []): Written {
  return {
    loaded: {
      config: AgentConfig.parse(config),
      origins: new Map(),
      variables: {},
      objects: [],
      parameters: [],
      zones: ZoneTree.of(new Map([['internet', []]])).tree,
      problems: [...fatal, ...problems],
      fatal,
      files: [],
    },
    packs: { packs: [], objects, problems: [] },
  };
}

test('what is sound takes effect', () => {
  const before = written({ display_name: 'old' }, [object('a', 'a.yml')]);
  const read = written({ display_name: 'new' }, [object('b', 'b.yml')]);
  expect(afterReload(before, read)).toEqual(read);
});

test('broken settings keep those in effect, with the new problems', () => {
  const before = written({ display_name: 'old' }, []);
  const after = afterReload(before, written({}, [object('b', 'b.yml')], [], [error('agent.yml')]));
  expect(after.loaded.config.display_name).toBe('old');
  expect(after.loaded.problems).toEqual([error('agent.yml')]);
  expect(after.packs.objects.map(({ id }) => id)).toEqual(['b']);
});

test('a broken object keeps its former version, one that was removed is gone', () => {
  const before = written({}, [object('broken', 'x.yml', { interval: '10s' }), object('removed', 'y.yml')]);
  const after = afterReload(before, written({}, [object('new', 'z.yml')], [error('x.yml')]));
  expect(after.packs.objects.map(({ id }) => id)).toEqual(['new', 'broken']);
});

test.each([
  [{}, []],
  [{ groups: ['web'], display_name: 'x', log_level: 'DEBUG', dns: { enabled: true } }, []],
  [{ collectors: { cpustats: { interval: '20s' } }, variables: { a: 1 } }, []],
  [{ port: 7000, http: { bind: ['127.0.0.1'], max_body: '1MB' } }, ['http.bind', 'http.max_body', 'port']],
  [{ gossip: { tags: { role: 'db' } }, name: 'other' }, ['gossip.tags.role', 'name']],
])('a change to %j needs a restart for %j', (change, keys) => {
  expect(restartNeeded(AgentConfig.parse({}), AgentConfig.parse(change))).toEqual(keys);
});
