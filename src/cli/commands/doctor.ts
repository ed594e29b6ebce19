import { systemClock } from '../../base/clock.ts';
import { defineCommand } from '../command.ts';
import { escaped } from '../escape.ts';
import { homeOf } from '../find-agent.ts';

const WORDS = { ok: 'ok', poor: 'note', bad: 'BAD' } as const;
const COLOURS = { ok: 'green', poor: 'yellow', bad: 'red' } as const;

export default defineCommand({
  examples: ['doctor', 'doctor --json'],
  route: 'none',
  async run(_, { globals, world, terminal }) {
    const { diagnose } = await import('../../agent/doctor.ts');
    const findings = await diagnose(homeOf(globals, world), systemClock.wall());
    terminal.show(findings, () => {
      for (const { about, verdict, text } of findings)
        terminal.line(
          `${terminal.paint(WORDS[verdict].padEnd(5), COLOURS[verdict])} ${escaped(about)}: ${escaped(text)}`,
        );
    });
    return findings.some(({ verdict }) => verdict === 'bad') ? 2 : 0;
  },
});
