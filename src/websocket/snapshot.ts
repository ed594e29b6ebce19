import type { Alert } from '../model/alert.ts';
import { alertRecord } from '../model/alert-record.ts';
import type { CheckRecord } from '../model/check.ts';
import type { ServiceStatus } from '../model/health.ts';
import type { Membership } from '../model/member.ts';
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

/** A part of everything there is to know; the parts of one snapshot are merged by who gets them. */
export class SnapshotPart {
  /** By id, without groups and checks, which stand beside. */
  readonly members = new Map<string, unknown>();
  /** By node id. */
  readonly groups = new Map<string, readonly string[]>();
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
export function* snapshotParts(source: SnapshotParts): Generator<SnapshotPart> {
  let part = new SnapshotPart();
  let size = 0;
  for (const entry of entriesOf(source)) {
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

function* entriesOf(source: SnapshotParts): Generator<Entry> {
  const { membership, memberView } = source;
  for (const member of membership.members.values()) {
    const { groups: _groups, checks: _checks, ...rest } = memberView(member);
    yield { size: sizeOf(rest), put: ({ members }) => void members.set(member.id, rest) };
    yield { size: sizeOf(member.groups), put: ({ groups }) => void groups.set(member.id, member.groups) };
  }
  for (const alert of source.alerts()) {
    const record = alertRecord(alert);
    yield { size: sizeOf(record), put: ({ alerts }) => void alerts.set(alert.id, record) };
  }
  for (const status of source.health()) {
    yield { size: sizeOf(status), put: ({ health }) => void health.set(status.service, status) };
  }
  for (const check of checksOf(source)) yield { size: sizeOf(check), put: (part) => part.putCheck(check) };
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
