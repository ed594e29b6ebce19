const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['\n', ''],
]);
const NUMERIC = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{1,3})/y;

/** Reads the escape whose backslash stands at `index`. An unknown one stands for itself, backslash included. */
export function readEscape(text: string, index: number): { readonly meaning: string; readonly end: number } {
  const letter = text.charAt(index + 1);
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) return { meaning: simple, end: index + 2 };
  NUMERIC.lastIndex = index + 1;
  const [written = '', hex, unicode, octal] = NUMERIC.exec(text) ?? [];
  if (written === '') return { meaning: `\\${letter}`, end: index + 1 + letter.length };
  const code = octal === undefined ? Number.parseInt(hex ?? unicode ?? '', 16) : Number.parseInt(octal, 8);
  return { meaning: String.fromCharCode(code), end: index + 1 + written.length };
}
