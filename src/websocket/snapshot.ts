import type { Alert } from '../model/alert.ts';
import { alertRecord } from '../model/alert-record.ts';
import type { CheckRecord } from '../model/check.ts';
import type { ServiceStatus } from '../model/health.ts';
import type { Membership } from '../model/member.ts';
import type { StreamChannel } from './channels.ts';
import { type CheckChange, checkChange, type MemberView, ownCheckChange } from './feed.ts';

/** What a snapshot is made of. */
export interface SnapshotParts {
  readonly membership: Membership;
  readonly memberView: MemberView;
  /** The checks of this node. */
  checks(): readonly CheckRecord[];
  /** The open alerts of this node. */
  alerts(): readonly Alert[];
  /** The services of this node that health checks watch. */
  health(): readonly ServiceStatus[];
}

/** What of it is meant for who gets it. */
export interface Selection {
  has(channel: StreamChannel): boolean;
  fits(channel: StreamChannel, payload: () => object): boolean;
}

/** Without a choice. */
const EVERYTHING: Selection = { has: () => true, fits: () => true };

/** A part of everything there is to know; the parts of one snapshot are merged by who gets them. */
export class SnapshotPart {
  /** By id, without groups, services and checks, which stand beside. */
  readonly members = new Map<string, unknown>();
  /** By node id. */
  readonly groups = new Map<string, readonly string[]>();
  /** By node id; nodes that offer none are left out. */
  readonly services = new Map<string, unknown>();
  /** By node id and check id. */
  readonly checks = new Map<string, Map<string, CheckChange>>();
  /** By id. */
  readonly alerts = new Map<string, unknown>();
  /** By service. */
  readonly health = new Map<string, ServiceStatus>();

  putCheck(check: CheckChange): void {
    const ofNode = this.checks.get(check.node) ?? new Map<string, CheckChange>();
    this.checks.set(check.node, ofNode.set(check.name, check));
  }

  toJSON() {
    const checks = [...this.checks].map(([node, ofNode]) => [node, Object.fromEntries(ofNode)] as const);
    return {
      members: Object.fromEntries(this.members),
      checks: Object.fromEntries(checks),
      services: Object.fromEntries(this.services),
      groups: Object.fromEntries(this.groups),
      alerts: Object.fromEntries(this.alerts),
      health: Object.fromEntries(this.health),
    };
  }
}

/** Characters of one part, about; a part holds at least one entry. */
const PART_SIZE = 262_144 - 4_096;

interface Entry {
  readonly size: number;
  put(part: SnapshotPart): void;
}

/** Everything there is to know of the pool, in parts of at most 256 KiB; there is always at least one. */
export function* snapshotParts(source: SnapshotParts, selection = EVERYTHING): Generator<SnapshotPart, undefined> {
  let part = new SnapshotPart();
  let size = 0;
  for (const entry of entriesOf(source, selection)) {
    if (size > 0 && size + entry.size > PART_SIZE) {
      yield part;
      part = new SnapshotPart();
      size = 0;
    }
    entry.put(part);
    size += entry.size;
  }
  yield part;
}

function* entriesOf(source: SnapshotParts, selection: Selection): Generator<Entry> {
  if (selection.has('gossip')) yield* memberEntries(source, selection);
  if (selection.has('groups')) yield* groupEntries(source, selection);
  if (selection.has('alerts')) yield* alertEntries(source, selection);
  if (selection.has('health')) yield* healthEntries(source, selection);
  if (!selection.has('checks')) return;
  for (const check of checksOf(source)) {
    if (selection.fits('checks', () => check)) yield { size: sizeOf(check), put: (part) => part.putCheck(check) };
  }
}

function* memberEntries({ membership, memberView }: SnapshotParts, { fits }: Selection): Generator<Entry> {
  for (const member of membership.members.values()) {
    const view = memberView(member);
    if (!fits('gossip', () => view)) continue;
    const { groups: _groups, checks: _checks, services, ...rest } = view;
    yield { size: sizeOf(rest), put: ({ members }) => void members.set(member.id, rest) };
    if (member.services.size === 0) continue;
    yield { size: sizeOf(services), put: (part) => void part.services.set(member.id, services) };
  }
}

function* groupEntries({ membership }: SnapshotParts, { fits }: Selection): Generator<Entry> {
  for (const { id, groups: add } of membership.members.values()) {
    if (!fits('groups', () => ({ node: id, add, remove: [] }))) continue;
    yield { size: sizeOf(add), put: ({ groups }) => void groups.set(id, add) };
  }
}

function* alertEntries(source: SnapshotParts, { fits }: Selection): Generator<Entry> {
  for (const alert of source.alerts()) {
    const record = alertRecord(alert);
    if (!fits('alerts', () => ({ id: alert.id, alert: record }))) continue;
    yield { size: sizeOf(record), put: ({ alerts }) => void alerts.set(alert.id, record) };
  }
}

function* healthEntries(source: SnapshotParts, { fits }: Selection): Generator<Entry> {
  for (const status of source.health()) {
    if (!fits('health', () => status)) continue;
    yield { size: sizeOf(status), put: ({ health }) => void health.set(status.service, status) };
  }
}

function* checksOf({ membership: { self, members }, checks }: SnapshotParts): Generator<CheckChange> {
  for (const check of checks()) yield ownCheckChange(self.id, check, check.oldState);
  for (const member of members.values()) {
    if (member.id === self.id) continue;
    for (const [name, check] of member.checks) yield checkChange(member.id, name, check);
  }
}

/** Bytes of an entry in JSON, with its key at most. */
const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 64;
