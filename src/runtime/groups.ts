/** What a change did to the groups of the node. */
export interface GroupsChange {
  readonly groups: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** The detectors behind each group that came or went, sorted; one that is not among them came or went as a written group. */
  readonly from: ReadonlyMap<string, readonly string[]>;
}

const ZONE = 'zone::';

/** The groups of this node: those written, those detected, and that of its zone. */
export class Groups {
  #zone: string;
  #written: ReadonlySet<string> = new Set();
  readonly #byDetector = new Map<string, readonly string[]>();
  #detected: ReadonlySet<string> = new Set();
  #all: ReadonlySet<string>;
  #told: ReadonlySet<string>;
  #toldByDetector: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(zone: string) {
    this.#zone = ZONE + zone;
    this.#all = new Set([this.#zone]);
    this.#told = this.#all;
  }

  get all(): ReadonlySet<string> {
    return this.#all;
  }

  get written(): ReadonlySet<string> {
    return this.#written;
  }

  get detected(): ReadonlySet<string> {
    return this.#detected;
  }

  /** The node is in another zone. */
  move(zone: string): void {
    this.#zone = ZONE + zone;
    this.#join();
  }

  write(groups: Iterable<string>): void {
    this.#written = new Set(groups);
    this.#join();
  }

  /**
   * Notes which groups a detector gives; none forgets it. That of the zone is nothing to detect: it is there already, and a detector
   * would learn only later that the node has moved.
   */
  detect(detector: string, groups: readonly string[]): void {
    const own = groups.filter((group) => !group.startsWith(ZONE));
    if (own.length > 0) this.#byDetector.set(detector, own);
    else this.#byDetector.delete(detector);
    this.#join();
  }

  /** Groups that a detector gives now. */
  from(detector: string): readonly string[] {
    return this.#byDetector.get(detector) ?? [];
  }

  /** What all groups would be if these detectors gave these groups. Sorted; changes nothing. */
  supposing(detected: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
    return this.#joined(new Map([...this.#byDetector, ...detected]));
  }

  /** What changed since this was last asked; `undefined` when nothing did. All lists are sorted. */
  takeChange(): GroupsChange | undefined {
    const [before, after] = [this.#told, this.#all];
    const [giversBefore, giversAfter] = [this.#toldByDetector, new Map(this.#byDetector)];
    this.#told = after;
    this.#toldByDetector = giversAfter;
    const add = [...after].filter((group) => !before.has(group));
    const remove = [...before].filter((group) => !after.has(group)).sort();
    if (add.length === 0 && remove.length === 0) return undefined;
    const from = new Map([...giversOf(add, giversAfter), ...giversOf(remove, giversBefore)]);
    return { groups: [...after], add, remove, from };
  }

  #join(): void {
    this.#detected = new Set([...this.#byDetector.values()].flat().sort());
    this.#all = this.#joined(this.#byDetector);
  }

  #joined(byDetector: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
    return new Set([this.#zone, ...this.#written, ...[...byDetector.values()].flat()].sort());
  }
}

/** Of those groups that detectors give: by which, sorted. */
function giversOf(
  groups: readonly string[],
  byDetector: ReadonlyMap<string, readonly string[]>,
): [string, readonly string[]][] {
  return groups.flatMap((group) => {
    const givers = [...byDetector].filter(([, given]) => given.includes(group)).map(([detector]) => detector);
    return givers.length === 0 ? [] : [[group, givers.sort()]];
  });
}
