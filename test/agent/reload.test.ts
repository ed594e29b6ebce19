import { expect, test } from 'vitest';
import { afterReload, changesBetween, restartNeeded } from '../../src/agent/reload.ts';
import { reloadAnswer } from '../../src/agent/reload-answer.ts';
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
      shown: AgentConfig.parse(config),
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
  [{ groups: ['web'], display_name: 'x', log_level: 'DEBUG', log_format: 'json', dns: { enabled: true } }, []],
  [{ collectors: { cpustats: { interval: '20s' } }, variables: { a: 1 } }, []],
  [{ http: { anonymous_read: 'none' } }, []],
  [{ port: 7000, http: { bind: ['127.0.0.1'], max_body: '1MB' } }, ['http.bind', 'http.max_body', 'port']],
  [{ gossip: { tags: { role: 'db' } }, name: 'other' }, ['gossip.tags.role', 'name']],
])('a change to %j needs a restart for %j', (change, keys) => {
  expect(restartNeeded(AgentConfig.parse({}), AgentConfig.parse(change))).toEqual(keys);
});

test('what people changed is named by kind and name, and what stayed is not', () => {
  const before = written({ groups: ['web'], port: 1 }, [object('a', 'a.yml', { ok: 1 }), object('gone', 'g.yml')]);
  const after = written({ groups: ['web', 'db'], port: 1 }, [object('a', 'a.yml', { ok: 2 }), object('new', 'n.yml')]);
  expect(changesBetween(before, before)).toEqual([]);
  expect(changesBetween(before, after)).toEqual([
    { change: 'changed', kind: 'setting', name: 'groups' },
    { change: 'changed', kind: 'check', name: 'a' },
    { change: 'removed', kind: 'check', name: 'gone' },
    { change: 'added', kind: 'check', name: 'new' },
  ]);
});

test('where a definition stands is no change of it', () => {
  const moved = { ...object('a', 'other.yml', { ok: 1 }), line: 9 };
  expect(changesBetween(written({}, [object('a', 'a.yml', { ok: 1 })]), written({}, [moved]))).toEqual([]);
});

test('the answer names every error of what was read, though what is in effect has none of it', () => {
  const started = written({ port: 1 }, []);
  const before = written({ port: 2 }, [object('a', 'a.yml')]);
  const read = written({ port: 3 }, [], [error('a.yml'), { ...error('b.yml'), level: 'warning' }]);
  const since = Date.UTC(2026, 0, 2);
  const reading = { written: read, standIns: [{ file: 'a.yml', since, errors: 1 }], keep: async () => undefined };
  const difference = { added: 0, changed: 0, removed: 0, unchanged: 1 };
  expect(reloadAnswer({ started, before, after: before, read: reading, difference })).toMatchObject({
    ...difference,
    changes: [],
    restart_needed: ['port'],
    stand_ins: [{ file: 'a.yml', since: '2026-01-02T00:00:00.000Z', errors: 1 }],
    errors: [{ level: 'error', file: 'a.yml', line: 1 }],
    warnings: [{ level: 'warning', file: 'b.yml' }],
  });
});
