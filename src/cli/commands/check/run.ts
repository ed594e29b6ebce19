import { CHECK_STATES, stateId } from '../../../model/check.ts';
import { checkLines } from '../../check-text.ts';
import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { explainedLines } from '../../expression-text.ts';

/** What of an expression check decides on its state. */
const CONDITIONS = ['critical_if', 'critical_clear_if', 'warning_if', 'warning_clear_if'];

export default defineCommand({
  arguments: '<ID>',
  options: {
    nagios: { kind: 'flag', description: 'one line and the exit code of a Nagios plugin' },
    explain: { kind: 'flag', description: 'show the value of every part of its expressions too' },
  },
  examples: ['check run linux/cpu --explain', 'check run linux/memory --nagios'],
  route: 'POST /monitoring/checks/ID/run',
  local: 'groups',
  async run({ args: [id = ''], options }, { agent, terminal }) {
    const ran = await agent.ask('POST /monitoring/checks/:id*/run', { params: { id } });
    const explained = options.explain ? await explainedConditions(id, agent) : undefined;
    if (explained && Object.keys(explained).length === 0) terminal.note(`note: ${escaped(id)} has no expressions`);
    const perfdata = (ran.perfdata ?? []).join(' ');
    terminal.show({ ...ran, ...(explained && { explained }) }, () => {
      if (options.nagios) return terminal.line(escaped(perfdata === '' ? ran.output : `${ran.output} | ${perfdata}`));
      for (const line of checkLines(ran, terminal)) terminal.line(line);
      if (perfdata !== '') terminal.line(`    | ${escaped(perfdata)}`);
      for (const [name, tree] of Object.entries(explained ?? {})) {
        terminal.line(`    ${name}:`);
        for (const line of explainedLines(tree, '      ')) terminal.line(line);
      }
    });
    return options.nagios ? Math.min(stateId(ran.state), CHECK_STATES.length - 1) : 0;
  },
});

/** The expressions of a check with the values of their parts, by the fields they stand in. */
async function explainedConditions(id: string, agent: AgentClient): Promise<Readonly<Record<string, unknown>>> {
  const { definition, pack_name: pack } = await agent.ask('GET /monitoring/checks/:id*', { params: { id } });
  const trees: [string, unknown][] = [];
  for (const name of CONDITIONS) {
    const written = definition?.fields[name];
    if (typeof written !== 'string') continue;
    const expr = withVariables(written, definition?.fields['variables']);
    trees.push([name, await agent.ask('POST /agent/evaluator/eval', { body: { expr, explain: true, pack } })]);
  }
  return Object.fromEntries(trees);
}

const VARIABLE = /\{\{\s*variables\.([A-Za-z0-9_-]+)\s*\}\}/g;
/** Variables may be made of others, so often. */
const MOST_DEEP = 8;

/** An expression with what the variables of its check stand for in their place, as only the check itself knows them. */
function withVariables(expr: string, variables: unknown): string {
  const known = new Map(Object.entries(typeof variables === 'object' && variables !== null ? variables : {}));
  let whole = expr;
  for (let depth = 0; depth < MOST_DEEP && VARIABLE.test(whole); depth++)
    whole = whole.replace(VARIABLE, (hole, name: string) => (known.has(name) ? `(${known.get(name)})` : hole));
  return whole;
}
