import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { withinBytes, withoutControls } from '../model/plugin-output.ts';
import type { Command, Ended } from '../net/host.ts';

const LIMIT_MS = 60_000;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 600_000;
const SHOWN_OUTPUT = 500;
const SHOWN_LINES = 3;

interface ReloaderSetting {
  readonly clock: Clock;
  readonly log: Logger;
  run(command: Command, signal: AbortSignal): Promise<Ended>;
  /** Line for a shell that looks at the configuration before; empty: none. */
  readonly checkCommand: string;
  /** Line for a shell. */
  readonly reloadCommand: string;
  /** Is told after each good reload. */
  done(): void;
  /** Is told what is wrong; empty: nothing any more. */
  trouble(text: string): void;
}

/** Has the daemon read its files again: one reload at a time, and after a failure again, more and more rarely. */
export class Reloader implements Disposable {
  readonly #setting: ReloaderSetting;
  readonly #stop = new AbortController();
  #isWanted = false;
  #isRunning = false;
  #waitMs = FIRST_WAIT_MS;
  #retry: Disposable | undefined;

  constructor(setting: ReloaderSetting) {
    this.#setting = setting;
  }

  /** Wants a reload; while one runs, all further wishes make one more. After a failure the next attempt serves it. */
  request(): void {
    this.#isWanted = true;
    if (!this.#isRunning && this.#retry === undefined) void this.#work();
  }

  [Symbol.dispose](): void {
    this.#isWanted = false;
    this.#retry?.[Symbol.dispose]();
    this.#stop.abort(new Error('the export ends'));
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    while (this.#isWanted) {
      this.#isWanted = false;
      const fault = await this.#reload();
      if (this.#stop.signal.aborted) break;
      if (fault !== undefined) {
        this.#failed(fault);
        break;
      }
      this.#waitMs = FIRST_WAIT_MS;
      this.#setting.trouble('');
      this.#setting.done();
    }
    this.#isRunning = false;
  }

  #failed(fault: string): void {
    const { clock, log, trouble } = this.#setting;
    log.error({ reason: fault, retry_ms: this.#waitMs }, 'the monitoring daemon could not be reloaded');
    trouble(fault);
    this.#retry = clock.after(this.#waitMs, () => {
      this.#retry = undefined;
      this.request();
    });
    this.#waitMs = Math.min(LONGEST_WAIT_MS, 2 * this.#waitMs);
  }

  /** What went wrong, if anything did. */
  async #reload(): Promise<string | undefined> {
    const { checkCommand, reloadCommand } = this.#setting;
    const fault = checkCommand === '' ? undefined : await this.#fault(checkCommand);
    return fault === undefined ? await this.#fault(reloadCommand) : `not reloaded: ${fault}`;
  }

  async #fault(line: string): Promise<string | undefined> {
    const command: Command = { argv: ['/bin/sh', '-c', line], cwd: '/', timeoutMs: LIMIT_MS };
    try {
      const { exit, signal, timedOut, stdout, stderr } = await this.#setting.run(command, this.#stop.signal);
      if (exit === 0 && !timedOut) return undefined;
      const end = timedOut ? `timeout after ${LIMIT_MS / 1_000}s` : (signal ?? `exit code ${exit}`);
      const said = complaintIn(withoutControls(`${stderr}\n${stdout}`));
      return `${line}: ${end}${said === '' ? '' : `: ${said}`}`;
    } catch (error) {
      return `${line}: ${messageOf(error)}`;
    }
  }
}

/** What matters of a long output: the lines that are called errors, else the last ones. */
function complaintIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /^\W*error\b/i.test(line));
  const shown = errors.length > 0 ? errors.slice(0, SHOWN_LINES) : lines.slice(-SHOWN_LINES);
  return withinBytes(shown.map((line) => line.trim()).join('; '), SHOWN_OUTPUT);
}
