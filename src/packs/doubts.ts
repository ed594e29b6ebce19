import { didYouMean } from '../base/nearest.ts';
import { macrosIn, parseScriptLine } from '../base/script-line.ts';
import type { Fields } from '../config/objects/kind.ts';
import type { ExpressionFault, ObjectRules } from '../config/objects.ts';
import { isList, isMapping } from '../config/yaml-value.ts';
import { lookUp, pathOf } from '../expressions/paths.ts';
import type { PackObject, Problem, Yaml, YamlMap } from '../model/pack.ts';
import { leavesOf } from './parameters.ts';

/** What a pack's objects may refer to beside their own fields. */
interface Known {
  readonly parameters: YamlMap;
  /** Free keys of agent.yml. */
  readonly variables: YamlMap;
}

/** The agent answers these macros itself. */
const OWN_MACRO = /^(?:nagiosplugins|libexec|USER1|(?:node|check|service)\..*|[A-Z]+)$/;

/** The rules for the objects of one pack: expressions and scripts that refer to what nobody has written are doubted as well. */
export function doubting(rules: ObjectRules, known: Known): ObjectRules {
  return {
    ...rules,
    expressionFaults: (text) => {
      const faults = rules.expressionFaults(text);
      return faults.length > 0 ? faults : unknownParameters(rules.parametersIn?.(text) ?? [], known);
    },
    scriptFault: (fields) => rules.scriptFault?.(fields) ?? scriptFault(fields, known),
  };
}

/** What is doubtful about the scripts of objects that belong to no pack, so that they have no parameters. */
export function scriptDoubts(objects: readonly PackObject[], variables: YamlMap): readonly Problem[] {
  const checks = objects.filter(({ type }) => type === 'check');
  return checks.flatMap(({ definition, file, line }): Problem[] => {
    const message = scriptFault(new Map(Object.entries(definition)), { parameters: {}, variables });
    return message === undefined ? [] : [{ level: 'warning', file, line, column: 1, key: 'check.script', message }];
  });
}

function unknownParameters(paths: readonly string[], { parameters }: Known): readonly ExpressionFault[] {
  const unknown = new Set(paths.filter((each) => lookUp(parameters, each.split('.')) === undefined));
  const names = Array.from(leavesOf(parameters), ([steps]) => steps.join('.'));
  return Array.from(unknown, (path) => ({
    message: `no parameter "${path}" is defined by this pack${didYouMean(path, names)}`,
  }));
}

function scriptFault(fields: Fields, { parameters, variables }: Known): string | undefined {
  const script = fields.get('script');
  if (typeof script === 'string' && parseScriptLine(script).isOpen) return 'a quote in this line is never closed';
  const own = Object.fromEntries(fields);
  const isKnown = (name: string) => {
    const { segments } = pathOf(name);
    const isWritten = [own, parameters, variables].some((place) => lookUp(place, segments) !== undefined);
    return isWritten || isVariable(fields, name) || OWN_MACRO.test(name);
  };
  const unknown = macrosOf(script).filter((paths) => !paths.some(isKnown));
  const empty = unknown.map((paths) => `macro $${paths.join(' | ')}$ resolves to nothing`);
  const halves = halfMacrosOf(script).map((word) => `${word} stays as it is written; a macro is ${word}$`);
  return [...new Set([...empty, ...halves])].join('; ') || undefined;
}

function isVariable(fields: Fields, name: string): boolean {
  const variables = fields.get('variables');
  return isMapping(variables) && Object.hasOwn(variables, name);
}

/** The names of each macro of a script, of which the first that has a value counts. */
function macrosOf(script: Yaml | undefined): (readonly string[])[] {
  if (!isList(script)) return typeof script === 'string' ? [...parseScriptLine(script).macros] : [];
  return script.flatMap((word) => macrosIn(String(word)).flatMap((piece) => ('macro' in piece ? [piece.macro] : [])));
}

/** What begins as a macro does and has no second dollar sign, such as a variable of a shell. */
function halfMacrosOf(script: Yaml | undefined): string[] {
  const words = [script ?? []].flat().map(String);
  return words.flatMap((word) =>
    macrosIn(word).flatMap((piece) => ('text' in piece ? (piece.text.match(/\$[A-Za-z_][\w.-]*/g) ?? []) : [])),
  );
}
