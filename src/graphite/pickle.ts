/** What a pickle may hold; lists and tuples are the same here. */
export type Pickled = number | string | boolean | null | Sequence;

/** A list or a tuple, and how deep others lie in it. */
export interface Sequence {
  readonly items: Pickled[];
  depth: number;
}

/** The pickle holds what is never built, or too much, or is cut. */
export class PickleRefused extends Error {}

const MARK = Symbol('mark');
type OnStack = Pickled | typeof MARK;

const MOST = { items: 100_000, memo: 200_000, text: 1_024, digits: 20, depth: 8 } as const;

/**
 * Reads a pickle of Python that holds nothing but lists, tuples, numbers, texts, None and booleans: a machine with a stack that knows no way to
 * build or call anything else. Throws `PickleRefused`.
 */
export function readPickle(bytes: Buffer): Pickled {
  return new Machine(bytes).run();
}

class Machine {
  readonly #bytes: Buffer;
  readonly #stack: OnStack[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at = 0;
  #items = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): Pickled {
    for (;;) {
      const opcode = this.#byte();
      if (opcode === STOP) return this.#pop();
      const act = ACTS[opcode];
      if (!act) throw new PickleRefused(`opcode ${opcode}`);
      act(this);
    }
  }

  push(value: OnStack): void {
    this.#items += 1;
    if (this.#items > MOST.items * 8) throw new PickleRefused('too many values');
    this.#stack.push(value);
  }

  drop(): void {
    if (this.#stack.pop() === undefined) throw new PickleRefused('nothing there');
  }

  duplicate(): void {
    this.push(this.#top());
  }

  /** Everything behind the last mark, which goes too. */
  behindMark(): Pickled[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw new PickleRefused('no mark');
    const items = this.#stack.splice(at).slice(1) as Pickled[];
    if (items.length > MOST.items) throw new PickleRefused('too many items');
    return items;
  }

  /** The last so many values as one. */
  gather(count: number): void {
    if (this.#stack.length < count) throw new PickleRefused('nothing there');
    const items = count === 0 ? [] : this.#stack.splice(-count);
    if (items.includes(MARK)) throw new PickleRefused('a mark within a tuple');
    this.push(sequenceOf(items as Pickled[]));
  }

  /** Adds items to the list below them. */
  append(items: readonly Pickled[]): void {
    const list = this.#top();
    if (typeof list !== 'object' || list === null) throw new PickleRefused('no list to add to');
    if (list.items.length + items.length > MOST.items) throw new PickleRefused('too many items');
    for (const item of items) {
      list.items.push(item);
      list.depth = Math.max(list.depth, 1 + depthOf(item));
    }
    if (list.depth > MOST.depth) throw new PickleRefused('too deep');
  }

  popOne(): Pickled {
    return this.#pop();
  }

  put(place: number): void {
    if (this.#memo.size >= MOST.memo) throw new PickleRefused('too much is remembered');
    this.#memo.set(place, this.#top());
  }

  /** Remembers at the next free place. */
  memoize(): void {
    this.put(this.#memo.size);
  }

  get(place: number): void {
    const value = this.#memo.get(place);
    if (value === undefined) throw new PickleRefused('nothing remembered there');
    this.push(value);
  }

  /** An unsigned number of so many bytes, the least first. */
  unsigned(length: 1 | 2 | 4): number {
    return this.#take(length).readUIntLE(0, length);
  }

  signed32(): number {
    return this.#take(4).readInt32LE();
  }

  double(): number {
    return this.#take(8).readDoubleBE();
  }

  /** A length of eight bytes. */
  length64(): number {
    const length = this.#take(8).readBigUInt64LE();
    return length > BigInt(MOST.text) ? MOST.text + 1 : Number(length);
  }

  text(length: number): string {
    if (length > MOST.text) throw new PickleRefused('a text is too long');
    return this.#take(length).toString('utf8');
  }

  /** A whole number of so many bytes, the least first, in two's complement. */
  long(length: number): number {
    if (length > 8) throw new PickleRefused('a number is too long');
    const bytes = this.#take(length);
    let value = 0n;
    for (let at = length - 1; at >= 0; at--) value = value * 256n + BigInt(bytes[at] ?? 0);
    return Number(length === 0 ? 0n : BigInt.asIntN(length * 8, value));
  }

  /** What stands before the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0 || end - this.#at > 4 * MOST.text) throw new PickleRefused('a line has no end');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new PickleRefused('it is cut');
    return byte;
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new PickleRefused('it is cut');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #top(): Pickled {
    const top = this.#stack.at(-1);
    if (top === undefined || top === MARK) throw new PickleRefused('nothing there');
    return top;
  }

  #pop(): Pickled {
    const top = this.#top();
    this.#stack.pop();
    return top;
  }
}

const depthOf = (value: Pickled): number => (typeof value === 'object' && value !== null ? value.depth : 0);

function sequenceOf(items: Pickled[]): Sequence {
  let depth = 1;
  for (const item of items) depth = Math.max(depth, 1 + depthOf(item));
  if (depth > MOST.depth) throw new PickleRefused('too deep');
  return { items, depth };
}

const STOP = 0x2e;
const opcode = (sign: string): number => sign.charCodeAt(0);

type Act = (machine: Machine) => void;

/** What each opcode does; what is not here is refused. */
const ACTS: readonly (Act | undefined)[] = actsOf([
  [opcode('('), (machine) => machine.push(MARK)],
  [opcode('0'), (machine) => machine.drop()],
  [opcode('1'), (machine) => void machine.behindMark()],
  [opcode('2'), (machine) => machine.duplicate()],
  [opcode('N'), (machine) => machine.push(null)],
  [0x88, (machine) => machine.push(true)],
  [0x89, (machine) => machine.push(false)],
  [opcode('I'), (machine) => machine.push(intOf(machine.line()))],
  [opcode('J'), (machine) => machine.push(machine.signed32())],
  [opcode('K'), (machine) => machine.push(machine.unsigned(1))],
  [opcode('M'), (machine) => machine.push(machine.unsigned(2))],
  [opcode('L'), (machine) => machine.push(wholeOf(machine.line().replace(/L$/, '')))],
  [0x8a, (machine) => machine.push(machine.long(machine.unsigned(1)))],
  [0x8b, (machine) => machine.push(machine.long(machine.unsigned(4)))],
  [opcode('F'), (machine) => machine.push(floatOf(machine.line()))],
  [opcode('G'), (machine) => machine.push(machine.double())],
  [opcode('S'), (machine) => machine.push(quotedOf(machine.line()))],
  [opcode('T'), (machine) => machine.push(machine.text(machine.unsigned(4)))],
  [opcode('U'), (machine) => machine.push(machine.text(machine.unsigned(1)))],
  [opcode('B'), (machine) => machine.push(machine.text(machine.unsigned(4)))],
  [opcode('C'), (machine) => machine.push(machine.text(machine.unsigned(1)))],
  [opcode('V'), (machine) => machine.push(unicodeOf(machine.line()))],
  [opcode('X'), (machine) => machine.push(machine.text(machine.unsigned(4)))],
  [0x8c, (machine) => machine.push(machine.text(machine.unsigned(1)))],
  [0x8d, (machine) => machine.push(machine.text(machine.length64()))],
  [opcode(']'), (machine) => machine.gather(0)],
  [opcode(')'), (machine) => machine.gather(0)],
  [opcode('l'), (machine) => machine.push(sequenceOf(machine.behindMark()))],
  [opcode('t'), (machine) => machine.push(sequenceOf(machine.behindMark()))],
  [opcode('a'), (machine) => machine.append([machine.popOne()])],
  [opcode('e'), (machine) => machine.append(machine.behindMark())],
  [0x85, (machine) => machine.gather(1)],
  [0x86, (machine) => machine.gather(2)],
  [0x87, (machine) => machine.gather(3)],
  [opcode('p'), (machine) => machine.put(wholeOf(machine.line()))],
  [opcode('q'), (machine) => machine.put(machine.unsigned(1))],
  [opcode('r'), (machine) => machine.put(machine.unsigned(4))],
  [opcode('g'), (machine) => machine.get(wholeOf(machine.line()))],
  [opcode('h'), (machine) => machine.get(machine.unsigned(1))],
  [opcode('j'), (machine) => machine.get(machine.unsigned(4))],
  [0x94, (machine) => machine.memoize()],
  [0x80, (machine) => void machine.unsigned(1)],
  // The length of a frame says nothing that is needed here.
  [0x95, (machine) => void machine.length64()],
]);

function actsOf(acts: readonly (readonly [number, Act])[]): readonly (Act | undefined)[] {
  const table: (Act | undefined)[] = new Array(256).fill(undefined);
  for (const [code, act] of acts) table[code] = act;
  return table;
}

/** `01` and `00` are the booleans of the first protocol. */
const intOf = (text: string): number | boolean => (text === '01' ? true : text === '00' ? false : wholeOf(text));

function wholeOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text) || text.length > MOST.digits) throw new PickleRefused('no whole number');
  return Number(text);
}

function floatOf(text: string): number {
  const known = new Map([
    ['nan', Number.NaN],
    ['inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
  ]).get(text);
  if (known !== undefined) return known;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) || text.length > 64) throw new PickleRefused('no number');
  return Number(text);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** A text as Python quotes it. */
function quotedOf(written: string): string {
  const quote = written.charAt(0);
  const isQuoted = written.length > 1 && (quote === "'" || quote === '"') && written.endsWith(quote);
  if (!isQuoted || written.length > MOST.text + 2) throw new PickleRefused('no text in quotes');
  return written.slice(1, -1).replace(/\\(?:x([\da-fA-F]{2})|(.?))/g, (_, code: string | undefined, sign: string) => {
    const meant = code === undefined ? ESCAPES.get(sign) : String.fromCharCode(Number.parseInt(code, 16));
    if (meant === undefined) throw new PickleRefused('an unknown escape');
    return meant;
  });
}

/** A text in which only line feeds, backslashes and what is beyond ASCII are escaped. */
function unicodeOf(written: string): string {
  const text = written.replace(/\\u([\da-fA-F]{4})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  if (text.length > MOST.text) throw new PickleRefused('a text is too long');
  return text;
}
