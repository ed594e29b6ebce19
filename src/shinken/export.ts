/** Keeps a Shinken or a Nagios informed of the nodes that this one knows, and of how their checks are. */
import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { CheckRecord } from '../model/check.ts';
import { type AgentEvent, MEMBER_CHANGES } from '../model/event.ts';
import type { Member, Membership } from '../model/member.ts';
import type { Host } from '../net/host.ts';
import { handIn } from '../plugins/nagios-pipes.ts';
import { HostDirectory, isExportable } from './host-directory.ts';
import { hostFile } from './host-file.ts';
import { Reloader } from './reloader.ts';
import { ResultQueue } from './result-queue.ts';
import { Results } from './results.ts';
import type { ExportSettings } from './settings.ts';

/** Changes of this time make one reload. */
const GATHER_MS = 2_000;

interface ExportParts {
  readonly settings: ExportSettings;
  readonly clock: Clock;
  readonly bus: Bus<AgentEvent>;
  readonly log: Logger;
  readonly host: Pick<Host, 'run' | 'exists'>;
  readonly membership: Membership;
  /** Those of this node, with all they said. */
  checks(): readonly CheckRecord[];
  /** Whether nodes of a zone are exported, where the settings do not name zones. */
  takesZone(zone: string): boolean;
  /** Is told after each good reload of the daemon. */
  reloaded(): void;
  /** Is told what is wrong with the files or the reload; empty: nothing any more. */
  trouble(about: 'files' | 'reload', text: string): void;
}

/** The export at work, from its making until it is disposed of. */
export class ShinkenExport implements Disposable {
  readonly #parts: ExportParts;
  readonly #directory: HostDirectory;
  readonly #queue: ResultQueue;
  readonly #results: Results;
  readonly #reloader: Reloader;
  readonly #running: Disposable[];
  #gathering: Disposable | undefined;
  #isSyncing = false;
  #isOutdated = false;
  #isClosed = false;

  constructor(parts: ExportParts) {
    const { settings, clock, bus, log, host } = parts;
    this.#parts = parts;
    this.#directory = new HostDirectory(settings.directory);
    this.#queue = new ResultQueue({ clock, log, write: (lines) => handIn(settings.pipes, lines, host) });
    this.#results = new Results({ ...parts, queue: this.#queue });
    this.#reloader = new Reloader({
      ...{ clock, log, checkCommand: settings.checkCommand, reloadCommand: settings.reloadCommand },
      run: (command, signal) => host.run(command, signal),
      done: () => this.#reloaded(),
      trouble: (text) => parts.trouble('reload', text),
    });
    this.#running = [
      ...MEMBER_CHANGES.map((type) => bus.on(type, ({ member, before }) => this.#memberChanged(member, before))),
      bus.on('record-change', ({ member, before }) => this.#recordChanged(member, before)),
      bus.on('check-change', ({ check }) => this.#results.tellOwn(check)),
      every(clock, settings.resendMs, () => this.#resend()),
      this.#queue,
      this.#reloader,
    ];
    this.#tellAll();
    void this.#sync();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#gathering?.[Symbol.dispose]();
    for (const each of this.#running) each[Symbol.dispose]();
  }

  #memberChanged(member: Member, before: Member | undefined): void {
    this.#plan();
    if (!this.#isExported(member)) this.#queue.forget(member.id);
    else if (before?.state !== member.state) this.#results.tellNode(member);
  }

  #recordChanged(member: Member, before: Member | undefined): void {
    this.#plan();
    if (this.#isExported(member)) this.#results.tellChecks(member, before);
  }

  #reloaded(): void {
    this.#parts.reloaded();
    this.#tellAll();
  }

  /** What was lost on the way comes again, and what time alone changes is seen. */
  #resend(): void {
    this.#plan();
    this.#tellAll();
  }

  #tellAll(): void {
    for (const member of this.#exported()) this.#results.tellAll(member);
  }

  #plan(): void {
    this.#gathering ??= this.#parts.clock.after(GATHER_MS, () => {
      this.#gathering = undefined;
      void this.#sync();
    });
  }

  /** Brings the files into line with the nodes, and has them read if any had to be changed. */
  async #sync(): Promise<void> {
    this.#isOutdated = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    const { trouble, log, settings } = this.#parts;
    try {
      while (this.#isOutdated && !this.#isClosed) await this.#syncOnce();
      trouble('files', '');
    } catch (error) {
      log.error({ reason: messageOf(error), path: settings.directory }, 'the files of the hosts cannot be written');
      trouble('files', messageOf(error));
    } finally {
      this.#isSyncing = false;
    }
  }

  async #syncOnce(): Promise<void> {
    this.#isOutdated = false;
    const { tool, hostTemplate: host, serviceTemplate: service } = this.#parts.settings;
    const ids = new Set<string>();
    let isReloadDue = false;
    try {
      for (const member of this.#exported()) {
        if (this.#isClosed) return;
        ids.add(member.id);
        const text = hostFile(member, { tool, host, service });
        if (await this.#directory.write(member.id, text)) isReloadDue = true;
      }
      if (await this.#directory.keepOnly(ids)) isReloadDue = true;
    } finally {
      // What was changed before something failed is to be read as well.
      if (isReloadDue && !this.#isClosed) this.#reloader.request();
    }
  }

  #exported(): readonly Member[] {
    return [...this.#parts.membership.members.values()].filter((member) => this.#isExported(member));
  }

  #isExported({ id, kind, state, zone, since }: Member): boolean {
    const { settings, takesZone, clock } = this.#parts;
    const { zones, removeDeadAfterMs } = settings;
    if (kind !== 'opsbro' || state === 'left' || !isExportable(id)) return false;
    if (state === 'dead' && removeDeadAfterMs !== undefined && clock.wall() - since > removeDeadAfterMs) return false;
    return zones.length > 0 ? zones.includes(zone) : takesZone(zone);
  }
}
