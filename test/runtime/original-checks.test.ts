import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkJson } from '../../src/http/records.ts';
import type { Command } from '../../src/net/host.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';
import { SimulatedClock } from '../support/clock.ts';
import { corpusFolder } from '../support/corpus.ts';
import { ended, fakeHost } from '../support/host.ts';
import { configured, eventsOf, runtimeOf, written } from '../support/runtime.ts';

const INTERNAL = join(corpusFolder, 'test-files/test-internal-checks/test-checks/monitoring/dummy.yml');
const PLUGIN = join(corpusFolder, 'test-files/test-mail-handlers/monitoring/dummy.yml');
const STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'];

/** What ten seconds of a check from a pack of the original come to on a Linux node, also as people are shown it. */
async function tenSecondsOf(file: string) {
  const objects = [written('check', 'corpus/dummy', parse(readFileSync(file, 'utf8')).check)];
  const clock = new SimulatedClock();
  const host = {
    ...fakeHost({ clock }),
    // As check_dummy does: the state is its first argument, the text its second.
    run: async ({ argv }: Command) => {
      const [state, text] = argv.slice(argv.indexOf('/usr/lib/nagios/plugins/check_dummy') + 1);
      return ended({ exit: Number(state), stdout: `${STATES[Number(state)]}: ${text}\n` });
    },
  };
  const { runtime, events } = runtimeOf(configured(objects, { staticGroups: ['linux'] }), { host, clock });
  void runtime.start();
  await clock.runAsync(10_000);
  const check = runtime.check('corpus/dummy');
  const shown = { node: 'n1', name: 'db-1', display_name: '', node_state: 'alive', counts: {}, services: {} };
  const checks = { [check.id]: checkJson(check) };
  await using agent = await fakeAgent({ 'GET /monitoring/state': { ...shown, checks } });
  return { check, lines: (await opsbro('monitoring state', agent)).out, changes: eventsOf(events, 'check-change') };
}

describe.skipIf(!existsSync(INTERNAL))('a check of the original', () => {
  test('that is critical is so, however wrong the text is that it has for warnings', async () => {
    const { check, lines, changes } = await tenSecondsOf(INTERNAL);
    expect(check).toMatchObject({ state: 'critical', hard: true, output: 'CRITICAL OUTPUT' });
    expect(lines).toContain('CRITICAL OUTPUT');
    expect(changes).toHaveLength(1);
  });

  test('that runs a plugin fills in its macros, and shows what that printed', async () => {
    const { check, lines } = await tenSecondsOf(PLUGIN);
    expect(check).toMatchObject({ state: 'warning', exit: 1 });
    const line = lines.split('\n').find((each) => each.includes('This is the exit text'));
    expect(line).toContain('WARNING');
  });
});
