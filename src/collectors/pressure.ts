import { z } from 'zod';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

const RESOURCES = ['cpu', 'memory', 'io'];

const share = (key: string, meaning: string): KeyDoc => ({ key: `*.${key}`, kind: 'gauge', unit: 'percent', meaning });

export default defineCollector({
  name: 'pressure',
  description: 'How long tasks wait for processor, memory and disks.',
  options: z.object({}),
  keys: [
    share('some.avg10', 'Part of the last 10 s in which at least one task waited. The first segment is the resource.'),
    share('some.avg60', 'Part of the last minute in which at least one task waited.'),
    share('some.avg300', 'Part of the last 5 minutes in which at least one task waited.'),
    { key: '*.some.total', kind: 'cumulative', unit: 'us', meaning: 'Time in which at least one task waited.' },
    share('full.avg10', 'Part of the last 10 s in which every task waited.'),
    share('full.avg60', 'Part of the last minute in which every task waited.'),
    share('full.avg300', 'Part of the last 5 minutes in which every task waited.'),
    { key: '*.full.total', kind: 'cumulative', unit: 'us', meaning: 'Time in which every task waited.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const texts = RESOURCES.map(async (name) => [name, await readIfThere(host, `/proc/pressure/${name}`)] as const);
    const trees = (await Promise.all(texts)).map(([name, text = '']) => [name, parsePressure(text)] as const);
    const found = trees.filter(([, tree]) => Object.keys(tree).length > 0);
    if (found.length === 0) throw new NotEligible('this kernel does not tell of pressure in /proc/pressure');
    return Object.fromEntries(found);
  },
});

const WORD = /^(avg10|avg60|avg300|total)=(\S+)$/;

/** The lines `some` and `full` of a file of `/proc/pressure`; what is not whole is left out. */
export function parsePressure(text: string): Metrics {
  const lines: [string, Metrics][] = [];
  for (const line of text.split('\n')) {
    const [name = '', ...words] = line.split(' ');
    if (name !== 'some' && name !== 'full') continue;
    const values = words.flatMap((word): [string, number][] => {
      const [, key = '', written] = WORD.exec(word) ?? [];
      const value = numberIn(written);
      return value === undefined ? [] : [[key, value]];
    });
    if (values.length > 0) lines.push([name, Object.fromEntries(values)]);
  }
  return Object.fromEntries(lines);
}
