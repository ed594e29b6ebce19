import { resolve } from 'node:path';
import type { Fixed, Validation } from '../../../agent/validate.ts';
import { problemText } from '../../../model/pack.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { homeOf } from '../../find-agent.ts';

export default defineCommand({
  arguments: '[PATH...]',
  options: {
    fix: { kind: 'flag', description: 'replace tabs in indentation by spaces, and keep what was there as .bak' },
    strict: { kind: 'flag', description: 'end with 1 when there are warnings' },
  },
  examples: ['config validate', 'config validate --fix /etc/opsbro/checks.yml'],
  route: 'none',
  async run({ args, options }, context) {
    const { globals, world, terminal } = context;
    const { fixTabs, validate } = await import('../../../agent/validate.ts');
    const home = homeOf(globals, world);
    const paths = args.map((path) => resolve(world.cwd, path));
    const first = await validate(home, paths);
    const fixed = options.fix ? await fixTabs(first) : [];
    const found = fixed.length > 0 ? await validate(home, paths) : first;
    terminal.show(withoutExcerpts(found, fixed), () => {
      for (const each of fixed) printFix(each, context);
      print(found, context);
    });
    if (found.errors > 0) return 2;
    return options.strict && found.warnings > 0 ? 1 : 0;
  },
});

const withoutExcerpts = ({ problems, ...counts }: Validation, fixed: readonly Fixed[]) => ({
  ...counts,
  problems: problems.map(({ excerpt: _excerpt, ...problem }) => problem),
  fixed: fixed.map(({ file }) => file),
});

function print({ files, objects, errors, warnings, problems, variables }: Validation, context: Context): void {
  const { terminal, world } = context;
  for (const { excerpt, ...problem } of problems) {
    terminal.line(escaped(problemText(problem)));
    if (!excerpt || !world.err.isTTY) continue;
    terminal.error(`    ${escaped(excerpt.line)}`);
    terminal.error(`    ${excerpt.caret}`);
  }
  if (variables.length > 0) terminal.note(`note: free variables: ${escaped(variables.join(', '))}`);
  terminal.line(`${files} files, ${objects} objects, ${errors} errors, ${warnings} warnings`);
}

function printFix({ file, lines }: Fixed, { terminal }: Context): void {
  terminal.line(`fixed: ${escaped(file)} (before: ${escaped(file)}.bak)`);
  for (const { number, before, after } of lines) {
    const place = String(number).padStart(4, '0');
    terminal.line(`-${place}: ${before.replaceAll('\t', '→')}`);
    terminal.line(`+${place}: ${after}`);
  }
}
