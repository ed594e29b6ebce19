import { LEVELS, type PackObject } from '../model/pack.ts';

/** Objects that parts of the agent bring themselves, beside those that people wrote into files. */
export class DefinedObjects {
  readonly #bySource = new Map<string, readonly PackObject[]>();

  /** What a source brings from now on; what it brought before is gone. */
  set(source: string, objects: readonly PackObject[]): void {
    if (objects.length === 0) this.#bySource.delete(source);
    else this.#bySource.set(source, objects);
  }

  /** One object for each id: of the highest level, and of one level that of a file. */
  joinedWith(written: Iterable<PackObject>): PackObject[] {
    const joined = new Map([...this.#bySource.values()].flat().map((object) => [object.id, object]));
    for (const object of written) {
      const other = joined.get(object.id);
      if (!other || rankOf(other) <= rankOf(object)) joined.set(object.id, object);
    }
    return [...joined.values()];
  }
}

const rankOf = ({ packLevel }: PackObject): number => LEVELS.indexOf(packLevel);
