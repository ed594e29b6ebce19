import { OpsbroError } from '../base/errors.ts';

/** A template without what the engine does not know: includes are put in, raw parts stand as variables. */
export interface Expanded {
  readonly source: string;
  /** Texts of raw parts, by the variable that stands for each. */
  readonly raws: Readonly<Record<string, string>>;
}

/** Gives the text of another template of the same folder; `undefined` when there is none. */
export type ReadOther = (name: string) => Promise<string | undefined>;

const INCLUDE = /\{%([-+]?)\s*include\s+(?:"([^"\n]+)"|'([^'\n]+)')\s*([-+]?)%\}\n?/g;
const RAW = /\{%-?\s*raw\s*-?%\}\n?([\s\S]*?)\{%-?\s*endraw\s*-?%\}\n?/g;
const COMMENT = /\{#[\s\S]*?#\}/g;
const DEEPEST = 8;
const LONGEST = 262_144;

/** Puts in what is included and takes out what is raw. Throws `invalid_config` for what is not there, too deep or too long. */
export async function expand(source: string, readOther: ReadOther): Promise<Expanded> {
  const raws: Record<string, string> = {};
  const keep = (text: string): string => {
    const name = `raw_text_${Object.keys(raws).length}`;
    raws[name] = text;
    return `{{ ${name} }}`;
  };
  const whole = await withIncludes(source, { readOther, keep, depth: 0 });
  return { source: whole, raws };
}

interface Level {
  readonly readOther: ReadOther;
  readonly depth: number;
  keep(text: string): string;
}

async function withIncludes(source: string, level: Level): Promise<string> {
  if (level.depth > DEEPEST) throw refused(`templates include each other more than ${DEEPEST} deep`);
  const text = source.replace(RAW, (_, raw: string) => level.keep(raw)).replace(COMMENT, '{# #}');
  const pieces: string[] = [];
  let at = 0;
  let length = text.length;
  for (const found of text.matchAll(INCLUDE)) {
    const [whole, , name = found[3] ?? ''] = found;
    const other = await level.readOther(name);
    if (other === undefined) throw refused(`the template ${name} that is included does not exist`);
    const piece = await withIncludes(other, { ...level, depth: level.depth + 1 });
    length += piece.length;
    if (length > LONGEST) throw refused(`with what it includes it is longer than ${LONGEST / 1_024} KiB`);
    pieces.push(text.slice(at, found.index), piece);
    at = found.index + whole.length;
  }
  return pieces.join('') + text.slice(at);
}

const refused = (message: string): OpsbroError => new OpsbroError('invalid_config', message);
