import { defineCommand } from '../command.ts';

/** The name of the product, five lines high. */
const LETTERS = [
  ' ███   ████    ████  ████   ████    ███ ',
  '█   █  █   █  █      █   █  █   █  █   █',
  '█   █  ████    ███   ████   ████   █   █',
  '█   █  █          █  █   █  █  █   █   █',
  ' ███   █      ████   ████   █   █   ███ ',
];

export default defineCommand({
  examples: ['banner', 'banner --ascii'],
  route: 'none',
  async run(_, { terminal }) {
    terminal.show('opsbro', () => {
      for (const line of LETTERS)
        terminal.line(terminal.paint(terminal.unicode ? line : line.replaceAll('█', '#'), 'blue'));
    });
  },
});
