import { z } from 'zod';
import { numberIn, toHundredths } from '../base/numbers.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

const MODEL = '/sys/firmware/devicetree/base/model';
const TEMPERATURE = '/sys/class/thermal/thermal_zone0/temp';

export default defineCollector({
  name: 'raspberrypi',
  description: 'Which Raspberry Pi this is, and how warm.',
  intervalMs: 60_000,
  options: z.object({}),
  keys: [
    { key: 'is_raspberry_pi', kind: 'gauge', unit: '', meaning: 'Is always true.' },
    { key: 'version', kind: 'info', unit: '', meaning: 'Generation from 1 up, 0 for a Zero, or `unknown`.' },
    { key: 'model', kind: 'info', unit: '', meaning: 'Model as the board says it.' },
    { key: 'temperature', kind: 'gauge', unit: 'celsius', meaning: 'How warm the processor is.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const model = ((await readIfThere(host, MODEL)) ?? '').replaceAll('\0', '').trim();
    if (!model.startsWith('Raspberry Pi')) throw new NotEligible('This system is not managed by this collector.');
    const thousandths = numberIn(await readIfThere(host, TEMPERATURE));
    return known({
      is_raspberry_pi: true,
      version: generationOf(model),
      model,
      temperature: thousandths === undefined ? undefined : toHundredths(thousandths / 1_000),
    });
  },
});

/** The generation of a board by its name, such as `Raspberry Pi 3 Model B Plus Rev 1.3`; the first ones have no number. */
export function generationOf(model: string): number | 'unknown' {
  const [, kind = ''] = /^Raspberry Pi (Zero|(?:Compute Module )?\d|Model|Compute Module(?= Rev))/.exec(model) ?? [];
  if (kind === '') return 'unknown';
  if (kind === 'Zero') return 0;
  return numberIn(kind.at(-1)) ?? 1;
}
