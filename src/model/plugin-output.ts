import { parsePerfdata } from './perfdata.ts';

/** What a monitoring plugin printed, taken apart. */
export interface PluginOutput {
  readonly output: string;
  readonly longOutput: string;
  /** Performance data items, as printed. */
  readonly perfdata: readonly string[];
  /** Texts among it that could not be read; left out when there are none. */
  readonly badPerfdata?: number;
}

const OUTPUT_BYTES = 4_096;
const LONG_OUTPUT_BYTES = 61_440;

/**
 * Takes plugin output apart: the first line up to `|` is the output, what follows it performance data; further lines up to the next `|`
 * are long output, everything after that is performance data again.
 */
export function parsePluginOutput(printed: string): PluginOutput {
  const [first = '', ...rest] = printed.replace(/\r\n/g, '\n').trim().split('\n');
  const [output, perfdata] = cutAt(first, '|');
  const [longOutput, morePerfdata] = cutAt(rest.join('\n'), '|');
  const { items, bad } = parsePerfdata(`${perfdata}\n${morePerfdata}`);
  return {
    output: withinBytes(output.trim(), OUTPUT_BYTES) || '(no output)',
    // A drawing may begin with blanks.
    longOutput: withinBytes(longOutput.replace(/^\n+/, '').trimEnd(), LONG_OUTPUT_BYTES),
    perfdata: items.map(({ text }) => text),
    ...(bad > 0 && { badPerfdata: bad }),
  };
}

/** The text without what is neither text, newline nor tab: escape sequences of terminals and other control characters. */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  return text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function cutAt(text: string, mark: string): [string, string] {
  const place = text.indexOf(mark);
  return place === -1 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}

/** The text, cut at a whole character where its UTF-8 form gets longer than `limit`. */
export function withinBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
