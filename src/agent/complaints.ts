import type { Logger } from '../base/log.ts';
import { type Problem, problemLine } from '../model/pack.ts';
import type { Health } from './health.ts';
import type { StandIn } from './sound-reading.ts';

const PART = 'configuration';
const MOST_NAMED = 3;

/** Says in the log and in the health of the agent what is wrong with the configuration; of each trouble once. */
export class Complaints {
  readonly #log: Logger;
  readonly #health: Health;
  #told: ReadonlySet<string> = new Set();

  constructor(log: Logger, health: Health) {
    this.#log = log;
    this.#health = health;
  }

  /** Takes what is wrong by now; what was told before is not told again until it has been gone. */
  tell(problems: readonly Problem[], standIns: readonly StandIn[]): void {
    const levels = new Map(problems.map((problem) => [problemLine(problem), problem.level]));
    for (const [line, level] of levels)
      if (!this.#told.has(line)) this.#log[level === 'notice' ? 'debug' : 'warn']({}, line);
    this.#told = new Set(levels.keys());
    const errors = problems.filter(({ level }) => level === 'error').length;
    if (errors === 0) this.#health.clear(PART, 'errors');
    else
      this.#health.raise(
        PART,
        'errors',
        `${errors} ${errors === 1 ? 'error' : 'errors'} in configuration files; see opsbro config validate`,
      );
    if (standIns.length === 0) this.#health.clear(PART, 'last_good');
    else this.#health.raise(PART, 'last_good', standInText(standIns));
  }
}

function standInText(standIns: readonly StandIn[]): string {
  const named = standIns.slice(0, MOST_NAMED).map(({ file, since, errors }) => {
    const date = new Date(since).toISOString().slice(0, 19).replace('T', ' ');
    return `${file}: using the version of ${date} UTC; ${errors} errors`;
  });
  const more = standIns.length > MOST_NAMED ? [`and ${standIns.length - MOST_NAMED} more files`] : [];
  return `${[...named, ...more].join('; ')}; see opsbro config validate`;
}
