import { pathOf } from '../expressions/paths.ts';
import type { Evaluated } from '../model/expression.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import { findSetting, type ObjectData } from './object-data.ts';

const HOLE = /\{\{.*?\}\}/gs;
const PLUGINS = '/usr/lib/nagios/plugins';

/** What the agent itself answers for macros that nobody wrote. */
const PRESETS: ReadonlyMap<string, string> = new Map([
  ['nagiosplugins', PLUGINS],
  ['libexec', PLUGINS],
  ['USER1', PLUGINS],
]);

interface MacroSource {
  readonly data: ObjectData;
  /** Free variables of agent.yml. */
  readonly agent: YamlMap;
  /** Facts of the node and the check, such as `node.name`. */
  readonly facts: ReadonlyMap<string, string>;
  /** The value of a `{{hole}}`, if it can be had without waiting. */
  evaluate(hole: string): Evaluated | Promise<Evaluated>;
}

/** The text a `$macro$` stands for: the check's own keys, its variables, its pack, agent.yml, then facts; `undefined` when none has it. */
export function macroText(name: string, { data, agent, facts, evaluate }: MacroSource): string | undefined {
  const path = pathOf(name);
  const own = findSetting(path, { ...data, parameters: {} }, {});
  const variable = data.variables.get(name);
  if (own === undefined && variable?.type === 'value') return variable.text;
  const written = own ?? findSetting(path, { ...data, own: {} }, agent);
  if (written === undefined) return facts.get(name) ?? PRESETS.get(name);
  return textOf(written as Yaml).replace(HOLE, (hole) => {
    const answer = evaluate(hole);
    return 'type' in answer && answer.type === 'value' ? answer.text : '';
  });
}

function textOf(written: Yaml): string {
  if (written === null) return '';
  if (Array.isArray(written)) return written.map(textOf).join(',');
  return typeof written === 'object' ? JSON.stringify(written) : String(written);
}
