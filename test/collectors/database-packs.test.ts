import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import galera from '../../src/collectors/galera.ts';
import mongodb from '../../src/collectors/mongodb.ts';
import mysql from '../../src/collectors/mysql.ts';
import postgres from '../../src/collectors/postgres.ts';
import redis from '../../src/collectors/redis.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import { definitionOf, evaluatorOf, shipped } from '../packs/shipped.ts';
import { never } from '../support/host.ts';

const collectors = [galera, mongodb, mysql, postgres, redis];

/** Parameters that are for checks alone. */
const OF_CHECKS = ['galera_size'];

test.each(collectors)('the options of $name are the parameters of its pack, with the same defaults', (collector) => {
  const { options, pack, name } = collector;
  const file = new URL(`../../etc/packs/global/${pack ?? name}/parameters/parameters.yml`, import.meta.url);
  const parameters = Object.entries(parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
  const ofPack = parameters.filter(([key]) => !OF_CHECKS.includes(key));
  const ofCollector = Object.entries(z.object({}).loose().parse(options.parse({})));
  if (collector === galera) expect(ofPack).toEqual(expect.arrayContaining(ofCollector));
  else expect(new Map(ofPack)).toEqual(new Map(ofCollector));
});

test.each(collectors)('what shipped packs read of $name is a key of its own', ({ name, keys }) => {
  const own = keys.filter(({ key }) => !/^\*/.test(key) || key.length > '*.*'.length);
  const text = JSON.stringify(shipped.objects.map(({ definition }) => definition));
  const read = [...text.matchAll(new RegExp(`\\{collector\\.${name}\\.([^|}]+)`, 'g'))].map(([, path = '']) => path);
  if (name !== 'galera') expect(read.length).toBeGreaterThan(0);
  for (const path of read)
    expect(
      own.some((key) => standsFor(key, path.split('.'))),
      path,
    ).toBe(true);
});

test.each([
  [null, true],
  [301, true],
  [61, false],
])('a replica that is %s s behind is critical: %s', async (seconds, isCritical) => {
  const definition = definitionOf('check', 'mysql/mysql');
  const engine = evaluatorOf({ collectors: { mysql: { up: 1, connections_pct: 1, seconds_behind_master: seconds } } });
  const data = { own: definition, parameters: { replication_enabled: true }, variables: new Map() };
  const found = await engine.evaluate(String(definition['critical_if']), 'condition', { data, signal: never });
  expect(found).toMatchObject({ type: 'value', truth: isCritical });
});
