import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { Desks } from '../../src/runtime/handler-desk.ts';
import type { Subject, Worded } from '../../src/templates/templates.ts';
import { corpusFolder } from '../support/corpus.ts';
import { tempDirectory } from '../support/temp.ts';

const SUBJECT: Subject = {
  variables: {
    _time: '2023-11-14 22:13:20',
    check: { name: 'linux/disks', state: 'critical', output: '/ is full' },
    group: 'mysql',
    group_modification: 'add',
  },
  methods: { compliance: { get_name: 'passwd', get_state: 'ERROR', get_old_state: 'PENDING' } },
};

/** Fills in templates of these folders as the agent does. */
async function worded(folders: readonly string[], ...files: readonly string[]): Promise<readonly Worded[]> {
  await using host = systemHost(systemClock);
  const { word } = new Desks({ host, clock: systemClock, log: silent }).with(folders);
  return await word(
    files.map((file) => ({ file, form: 'text' })),
    SUBJECT,
  );
}

test('the templates that people have of the original give their exact texts', async () => {
  const folder = join(corpusFolder, 'global-configuration/packs/mail/templates');
  const names = ['check-subject', 'check-text', 'group-subject', 'group-text', 'compliance-subject', 'compliance-text'];
  const compliance = 'The compliance passwd did change state from PENDING to ERROR';
  expect(await worded([folder], ...names.map((name) => `mail-${name}.tpl`))).toEqual(
    [
      'Check linux/disks switched to critical state',
      'The check switch state at 2023-11-14 22:13:20 with the output:\n/ is full',
      'The group mysql was add',
      'The group mysql was add',
      compliance,
      compliance,
    ].map((text) => ({ type: 'text', text })),
  );
});

test('of several folders the first that has the file counts, and a name leads nowhere else', async () => {
  using folder = tempDirectory();
  const [first, second] = [join(folder.path, 'first'), join(folder.path, 'second')];
  for (const path of [first, second]) mkdirSync(path);
  writeFileSync(join(folder.path, 'secret'), 'secret');
  writeFileSync(join(second, 'a.tpl'), 'second {{ group }}');
  writeFileSync(join(second, 'b.tpl'), 'second b');
  writeFileSync(join(first, 'b.tpl'), 'first b{% include "../secret" %}');
  writeFileSync(join(first, 'c.tpl'), 'first {{ check.name }}');
  const [a, b, c, d] = await worded([first, second], 'a.tpl', 'b.tpl', 'c.tpl', '../secret');
  expect(a).toEqual({ type: 'text', text: 'second mysql' });
  expect(b).toMatchObject({ type: 'failed', message: expect.stringContaining('../secret') });
  expect(c).toEqual({ type: 'text', text: 'first linux/disks' });
  expect(d).toEqual({ type: 'absent' });
});

test('a template without end fails alone and is named', async () => {
  using folder = tempDirectory();
  const loops =
    '{% for a in range(90000) %}{{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" | regex_replace("(a+)+$", "") }}{% endfor %}';
  writeFileSync(join(folder.path, 'loop.tpl'), loops);
  writeFileSync(join(folder.path, 'well.tpl'), 'well');
  const [loop, well] = await worded([folder.path], 'loop.tpl', 'well.tpl');
  expect(loop).toEqual({ type: 'failed', message: `${folder.path}/loop.tpl: took longer than 1 s` });
  expect(well).toEqual({ type: 'text', text: 'well' });
});
