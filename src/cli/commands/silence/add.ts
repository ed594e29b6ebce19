import { defineCommand } from '../../command.ts';
import { UsageError } from '../../failure.ts';
import { mutedLine } from '../../mute-text.ts';
import { personAt, spanOf } from '../../until.ts';

const pattern = (description: string) => ({ kind: 'values', placeholder: 'GLOB', description }) as const;
const MATCHERS = ['check', 'node', 'group', 'pack', 'service', 'kind', 'zone', 'severity'] as const;

export default defineCommand({
  options: {
    check: pattern('alerts of these checks'),
    node: pattern('alerts of these nodes'),
    group: pattern('alerts of nodes in these groups'),
    pack: pattern('alerts of what these packs define'),
    service: pattern('alerts of these services'),
    kind: pattern('alerts of these kinds, such as node'),
    zone: pattern('alerts of nodes in these zones'),
    severity: pattern('alerts this grave'),
    label: { kind: 'values', placeholder: 'NAME=GLOB', description: 'alerts with this label' },
    if: { kind: 'value', placeholder: 'EXPR', description: 'alerts that fit this expression' },
    for: { kind: 'value', placeholder: 'D', description: 'how long, such as 2h; needed' },
    starts: { kind: 'value', placeholder: 'T', description: 'when it begins: in 2h, or a date; now when left out' },
    comment: { kind: 'value', placeholder: 'TEXT', description: 'why' },
    'mute-recovery': { kind: 'flag', description: 'keep the end of problems quiet as well' },
  },
  examples: [
    'silence add --check "linux/*" --node db-1 --for 2h --comment "new disk"',
    "silence add --if \"pack == 'mysql' and severity == 'warning'\" --for 1d",
  ],
  route: 'POST /monitoring/silences',
  async run({ options }, { agent, terminal, world }) {
    const matchers = new Map<string, string[]>();
    for (const name of MATCHERS) if (options[name].length > 0) matchers.set(name, [...options[name]]);
    for (const written of options.label) {
      const [, name = '', value = ''] = /^([^=]+)=(.+)$/.exec(written) ?? [];
      if (name === '') throw new UsageError(`--label: "${written}" is not of the form NAME=GLOB`);
      matchers.set(`label.${name}`, [...(matchers.get(`label.${name}`) ?? []), value]);
    }
    const body = {
      matchers: Object.fromEntries(matchers),
      if: options.if ?? '',
      comment: options.comment ?? '',
      by: personAt(world),
      mute_recovery: options['mute-recovery'],
      ...spanOf(options),
    };
    const silence = await agent.ask('POST /monitoring/silences', { body });
    terminal.show(silence, () => {
      terminal.line(mutedLine(`silence ${silence.id}`, silence, terminal));
      terminal.line(
        silence.fits === 0
          ? ' - it fits no open alert of this node'
          : ` - open alerts of this node it fits: ${silence.fits}`,
      );
    });
  },
});
