import { defineCommand } from '../../command.ts';
import { UsageError } from '../../failure.ts';
import { mutedLine, whoseOf } from '../../mute-text.ts';
import { personAt, spanOf } from '../../until.ts';

export default defineCommand({
  arguments: '[NODE]',
  options: {
    group: { kind: 'value', placeholder: 'G', description: 'all nodes of this group' },
    zone: { kind: 'value', placeholder: 'Z', description: 'all nodes of this zone' },
    for: { kind: 'value', placeholder: 'D', description: 'how long, such as 2h; needed' },
    starts: { kind: 'value', placeholder: 'T', description: 'when it begins: in 2h, or a date; now when left out' },
    comment: { kind: 'value', placeholder: 'TEXT', description: 'what is being done' },
    'no-drain': { kind: 'flag', description: 'go on offering services of these nodes' },
  },
  examples: ['maintenance start --for 2h --comment "new kernel"', 'maintenance start --group mysql --for 1d'],
  route: 'POST /monitoring/maintenance',
  async run({ args: [node], options }, { agent, terminal, world }) {
    const { group, zone, comment = '' } = options;
    if ([node, group, zone].filter((each) => each !== undefined).length > 1)
      throw new UsageError('give one of NODE, --group and --zone');
    const body = {
      comment,
      by: personAt(world),
      drain: !options['no-drain'],
      ...(node !== undefined && { node }),
      ...(group !== undefined && { group }),
      ...(zone !== undefined && { zone }),
      ...spanOf(options),
    };
    const started = await agent.ask('POST /monitoring/maintenance', { body });
    terminal.show(started, () =>
      terminal.line(mutedLine(`maintenance ${started.id} of ${whoseOf(started)}`, started, terminal)),
    );
  },
});
