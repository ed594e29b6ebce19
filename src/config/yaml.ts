import { Composer, type CST, type Document, LineCounter, type ParsedNode, Parser } from 'yaml';
import { messageOf } from '../base/errors.ts';
import type { Problem, Yaml } from '../model/pack.ts';
import { textFaults } from './yaml-fault.ts';
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
    const deep = tokens.find((token) => depthOf(token) > MAX_DEPTH);
    if (deep) return refused(problem('error', deep.offset, `nested deeper than ${MAX_DEPTH} levels`));
    const read = [...new Composer(OPTIONS).compose(tokens)];
    const faults = read.flatMap((document) => textFaults(document, text));
    if (faults.length > 0) {
      return refused(...faults.slice(0, MAX_FAULTS).map(({ offset, message }) => problem('error', offset, message)));
    }
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

/** Levels of nesting of a token, found without recursion. */
function depthOf(token: CST.Token): number {
  let deepest = 0;
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const depth = next.depth + 1;
    deepest = Math.max(deepest, next.depth);
    for (const part of partsOf(next.token)) open.push({ token: part, depth });
  }
  return deepest;
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
