import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { expect, test } from 'vitest';
import type { Database } from '../../src/metrics/database.ts';
import { Journal, type LoggedPoint } from '../../src/metrics/journal.ts';
import { tempDirectory } from '../support/temp.ts';

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

test('points that were forgotten leave the disk as well', async () => {
  using folder = tempDirectory();
  const database: Database = new Level(folder.path, { keyEncoding: 'view', valueEncoding: 'view', compression: false });
  await database.open();
  const journal = new Journal(database);
  for (let batch = 0; batch < 10; batch++) {
    for (let point = 0; point < 40_000; point++) journal.add(point, 1_700_000_000 + batch, point / 7);
    await journal.write();
  }
  await journal.forgetBefore(journal.mark());
  journal.add(1, 1_700_000_000, 5);
  await journal.write();
  await database.close();
  // They were more than six megabytes.
  expect(bytesIn(folder.path)).toBeLessThan(500_000);

  await database.open();
  const left: LoggedPoint[] = [];
  for await (const point of new Journal(database).replay()) left.push(point);
  expect(left).toEqual([{ id: 1, time: 1_700_000_000, value: 5 }]);
  await database.close();
});
