/** Heads of an answer by their names in lower case, as a list of names and values in turn: they are few, and are sent as that list. */
export class Heads {
  readonly list: string[];

  constructor(list: readonly string[] = []) {
    this.list = [...list];
  }

  get(name: string): string | undefined {
    const at = this.#placeOf(name);
    return at < 0 ? undefined : this.list[at + 1];
  }

  has(name: string): boolean {
    return this.#placeOf(name) >= 0;
  }

  set(name: string, value: string): void {
    const at = this.#placeOf(name);
    if (at < 0) this.list.push(name, value);
    else this.list[at + 1] = value;
  }

  /** Sets what an object has, whatever the case of its names. */
  setAll(heads: Readonly<Record<string, string>>): this {
    for (const name of Object.keys(heads)) this.set(name.toLowerCase(), heads[name] ?? '');
    return this;
  }

  /** Names and values in pairs. */
  pairs(): [string, string][] {
    const pairs: [string, string][] = [];
    for (let at = 0; at < this.list.length; at += 2) pairs.push([this.list[at] ?? '', this.list[at + 1] ?? '']);
    return pairs;
  }

  #placeOf(name: string): number {
    for (let at = 0; at < this.list.length; at += 2) if (this.list[at] === name) return at;
    return -1;
  }
}
