import type { CheckSummary, KvStanding, Notice, ServiceSummary } from '../model/member.ts';
import type { Entry, PartChange, PartName } from './core/effect.ts';
import {
  checkEntry,
  flagEntry,
  kvEntry,
  listEntry,
  noticeEntry,
  noticeName,
  numbersEntry,
  serviceEntry,
  textEntry,
} from './records/entries.ts';

interface Parts {
  readonly change: (part: PartName, change: PartChange) => void;
  /** Where gossip listens. */
  readonly port: () => number;
}

/** What this node says of itself to the pool. */
export class OwnWord {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Tells the pool in which groups this node is. */
  readonly setGroups = (groups: Iterable<string>): void =>
    this.#set('base', 'groups', listEntry([...new Set(groups)].sort()));

  /** Tells the pool the name for people. */
  readonly setDisplayName = (name: string): void => this.#set('base', 'display_name', textEntry(name));

  /** Tells the pool whether this node stands for its zone. */
  readonly setProxy = (isProxy: boolean): void => this.#set('base', 'proxy', flagEntry(isProxy));

  /** Tells the pool the state of one of our checks. */
  readonly setCheck = (id: string, summary: CheckSummary): void => this.#set('checks', id, checkEntry(summary));

  /** Tells the pool that a check is no more. */
  readonly removeCheck = (id: string): void => this.#unset('checks', id);

  /** Tells the pool of a service that this node offers, and how it is. */
  readonly setService = (name: string, summary: ServiceSummary): void =>
    this.#set('services', name, serviceEntry(summary));

  /** Tells the pool that a service is no more. */
  readonly removeService = (name: string): void => this.#unset('services', name);

  /** Tells the pool at which ports other doors of this node listen, by what they are for. */
  readonly setPorts = (ports: ReadonlyMap<string, number>): void =>
    this.#set('base', 'ports', numbersEntry(new Map([...ports, ['gossip', this.#parts.port()]])));

  /** Tells the pool whether this node has somebody to tell when another node dies. */
  readonly setTakesNodeAlerts = (takes: boolean): void => this.#set('base', 'al', flagEntry(takes));

  /** Tells the pool how the key-value store of this node is. */
  readonly setKv = (standing: KvStanding): void => this.#set('base', 'kv', kvEntry(standing));

  /** Tells the pool how far this node got with telling people of an incident; nothing: it has nothing to say of it any more. */
  readonly setNotice = (incident: string, notice: Notice | undefined): void => {
    if (notice === undefined) this.#unset('base', noticeName(incident));
    else this.#set('base', noticeName(incident), noticeEntry(notice));
  };

  #set(part: PartName, key: string, entry: Entry): void {
    this.#parts.change(part, { set: new Map([[key, entry]]), del: [] });
  }

  #unset(part: PartName, key: string): void {
    this.#parts.change(part, { set: new Map(), del: [key] });
  }
}
