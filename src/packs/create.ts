import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OpsbroError } from '../base/errors.ts';
import { levelOf } from './edit-parameters.ts';

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/;

/** Makes a pack that does nothing yet, with every kind of object explained; gives its directory. Throws `bad_request` or `already_exists`. */
export async function createPack(name: string, written: string, data: string): Promise<string> {
  const level = levelOf(written);
  if (level === 'core')
    throw new OpsbroError('bad_request', "packs of one's own are at the level global, zone or local");
  if (!NAME.test(name)) {
    const expected = 'at most 64 letters, digits, dots, dashes and underscores, not beginning with a dot';
    throw new OpsbroError('bad_request', `"${name}" is no name of a pack (expected ${expected})`);
  }
  const directory = join(data, `${level}-configuration`, 'packs', name);
  if (await stat(directory).catch(() => undefined)) {
    throw new OpsbroError('already_exists', `there is something in ${directory} already`);
  }
  const unfinished = join(dirname(directory), `.${process.pid}.new`);
  try {
    for (const [path, text] of skeleton(name)) {
      await mkdir(dirname(join(unfinished, path)), { recursive: true, mode: 0o750 });
      await writeFile(join(unfinished, path), text);
    }
    await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return directory;
}

const skeleton = (name: string): ReadonlyMap<string, string> =>
  new Map([
    [
      'package.yml',
      `name: ${JSON.stringify(name)}
version: "1.0"
description: ""
# The first gives its colour and its place in lists: service discovery, automatic detection, monitoring, metrology,
# configuration automation, system compliance or generic.
topics: [generic]
keywords: []
`,
    ],
    [
      'parameters/parameters.yml',
      `# Read in expressions as {{parameters.critical}}; set without a change of this file by
#   opsbro packs parameters set local.${name}.critical 95
critical: 90
`,
    ],
    [
      'detectors/example.yml',
      `# The node is in these groups while the rule is true.
detector:
  interval: 60s
  apply_if: "False"   # such as: file_exists('/etc/example.conf')
  add_groups: [${JSON.stringify(name)}]
`,
    ],
    [
      'monitoring/example.yml',
      `# Runs on every node that is in the group.
check:
  interval: 30s
  if_group: ${JSON.stringify(name)}
  critical_if: "{{collector.memory.phys_used}} > {{parameters.critical}}"
  critical_output: "'CRITICAL: memory is at %d%%' % {{collector.memory.phys_used}}"
  ok_output: "'OK: memory is at %d%%' % {{collector.memory.phys_used}}"
`,
    ],
  ]);
