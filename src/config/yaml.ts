import { Composer, type CST, type Document, LineCounter, type ParsedNode, Parser } from 'yaml';
import { messageOf } from '../base/errors.ts';
import type { Problem, Yaml } from '../model/pack.ts';
import { type TextFault, textFaults } from './yaml-fault.ts';
import { offsetInFile } from './yaml-offset.ts';
import { nodeIn, type Path, type Place, placeIn, sourceIn } from './yaml-place.ts';
import { readValue } from './yaml-value.ts';

/** One document of a file: what it says, and where it says it. */
export interface YamlDocument {
  readonly value: Yaml;
  /** Line and column, from 1, of the key at this path or of the nearest part above it that is written. */
  placeOf(path: Path): Place;
  /** Line and column of a character of the text at this path, counted from its start; the place of the key where that is not known. */
  placeWithin(path: Path, offset: number): Place;
  /** The characters of the plain value at this path, which a number has lost (`1.0`). */
  sourceOf(path: Path): string | undefined;
}

/** What a text says; no document at all when a part of it cannot be read, as the rest may then mean something else. */
export interface YamlText {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML 1.2 of the core schema as people write it: of keys written twice the last counts, keys are text, digits with a leading zero
 * stay text, merge keys work; maps have no prototype. `file` is the name put into problems. Never throws.
 */
export function parseYaml(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const problem = (level: Problem['level'], offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { level, file, line, column: col, key: '', message };
  };
  try {
    const tokens = [...new Parser(lines.addNewLine).parse(text)];
    const deep = deepIn(tokens);
    if (deep) return refused(...deepFaults(text, deep).map(({ offset, message }) => problem('error', offset, message)));
    const read = [...new Composer(OPTIONS).compose(tokens)];
    const faults = faultsIn(read, text);
    if (faults.length > 0) return refused(...faults.map(({ offset, message }) => problem('error', offset, message)));
    return documentsOf(read, { text, lines, problem });
  } catch (error) {
    return refused(problem('error', 0, `cannot be read as YAML: ${messageOf(error)}`));
  }
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const;

/** The library recurses, and at some thousand levels it ends the process instead of throwing. */
const MAX_DEPTH = 100;
const MAX_FAULTS = 20;

const refused = (...problems: readonly Problem[]): YamlText => ({ documents: [], problems });

/** A text that is read, with the means to speak of places in it. */
interface Source {
  readonly text: string;
  readonly lines: LineCounter;
  problem(level: Problem['level'], offset: number, message: string): Problem;
}

function documentsOf(read: readonly Document.Parsed<ParsedNode>[], source: Source): YamlText {
  const { text, lines, problem } = source;
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const { contents } of read) {
    const { value, remarks } = readValue(contents);
    problems.push(...remarks.map(({ level, offset, message }) => problem(level, offset, message)));
    documents.push({
      value,
      placeOf: (path) => placeIn(contents, path, lines),
      placeWithin(path, offset) {
        const at = offsetInFile(nodeIn(contents, path), offset, text);
        if (at === undefined) return placeIn(contents, path, lines);
        const { line, col } = lines.linePos(at);
        return { line, column: col };
      },
      sourceOf: (path) => sourceIn(contents, path),
    });
  }
  return problems.some(({ level }) => level === 'error') ? refused(...problems) : { documents, problems };
}

const faultsIn = (read: readonly Pick<Document, 'errors' | 'warnings'>[], text: string): TextFault[] =>
  read.flatMap((document) => textFaults(document, text)).slice(0, MAX_FAULTS);

/** Where a text becomes deeper than may be. */
interface Deep {
  /** Characters from the start of the text. */
  readonly offset: number;
  /** Something around it stands in brackets. */
  readonly isInFlow: boolean;
}

/** The first place that is nested too deep, found without recursion. */
function deepIn(tokens: readonly CST.Token[]): Deep | undefined {
  let first: Deep | undefined;
  const open = tokens.map((token) => ({ token, depth: 0, isInFlow: false }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    const isInFlow = next.isInFlow || token.type === 'flow-collection';
    if (depth > MAX_DEPTH) {
      if (first === undefined || token.offset < first.offset) first = { offset: token.offset, isInFlow };
      continue; // what is below comes later
    }
    for (const part of partsOf(token)) open.push({ token: part, depth: depth + 1, isInFlow });
  }
  return first;
}

/**
 * Lines that are not below those they belong to are read as ever deeper ones: what is wrong above the place that is too deep is told, and
 * the depth only where nothing is.
 */
function deepFaults(text: string, { offset, isInFlow }: Deep): readonly TextFault[] {
  const tooDeep = [{ offset, message: `nested deeper than ${MAX_DEPTH} levels` }];
  // What stands in brackets is wrong wherever it is cut.
  if (isInFlow) return tooDeep;
  const above = text.slice(0, text.lastIndexOf('\n', offset - 1) + 1);
  const tokens = [...new Parser().parse(above)];
  if (deepIn(tokens)) return tooDeep;
  const faults = faultsIn([...new Composer(OPTIONS).compose(tokens)], above);
  return faults.length > 0 ? faults : tooDeep;
}

function partsOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((part) => part !== null && part !== undefined));
}

/** The text with tabs at the start of lines replaced by blanks up to the next multiple of four columns. */
export function expandTabs(text: string): string {
  return text.replace(/^[ \t]+/gm, (indent) => {
    let column = 0;
    for (const sign of indent) column += sign === '\t' ? 4 - (column % 4) : 1;
    return ' '.repeat(column);
  });
}
