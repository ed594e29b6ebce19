import { type CheckRecord, stateId } from '../model/check.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { DetectorRecord } from '../model/detector.ts';
import type { KvEntry, KvWritten } from '../model/kv.ts';
import type { CheckSummary, Member, ServiceSummary } from '../model/member.ts';
import type { Problem } from '../model/pack.ts';
import type { CheckJson, CollectorJson, DetectorJson, MemberJson } from './schemas.ts';
import { isoTime } from './times.ts';

/** A map as a JSON object whose keys are data: no key, `__proto__` included, means anything but itself. */
export function jsonObject<From, To>(entries: Iterable<readonly [string, From]>, to: (value: From) => To) {
  return Object.fromEntries([...entries].map(([key, value]) => [key, to(value)] as const)) as Record<string, To>;
}

/** A member as the API and the websocket show it. */
export function memberJson(member: Member): MemberJson {
  return {
    uuid: member.id,
    name: member.name,
    display_name: member.displayName,
    kind: member.kind,
    addr: member.address,
    port: member.port,
    state: member.state,
    settled: member.settled,
    flapping: member.flapping,
    reachable: member.reachable,
    udp_blocked: member.udpBlocked,
    leaving: member.leaving,
    incarnation: member.incarnation,
    zone: member.zone,
    is_proxy: member.isProxy,
    groups: [...member.groups],
    services: jsonObject(member.services, serviceSummaryJson),
    checks: jsonObject(member.checks, checkSummaryJson),
    tags: jsonObject(member.tags, (value) => value),
    version: member.version,
    since: member.since,
    rtt_ms: member.rttMs ?? null,
  };
}

const serviceSummaryJson = ({ state, address, port, tags, meta }: ServiceSummary) => ({
  state,
  state_id: stateId(state),
  address,
  port,
  tags: [...tags],
  meta: jsonObject(meta, (value) => value),
});

/** A check of some node as its member record tells it. */
export const checkSummaryJson = ({ state, hard, changed, output }: CheckSummary) => ({
  state,
  state_id: stateId(state),
  hard,
  // A check that has not run yet is announced with 0.
  last_change: changed === 0 ? null : changed,
  output,
});

/** A check of this node, everything about it. */
export function checkJson(check: CheckRecord): CheckJson {
  return {
    name: check.id,
    display_name: check.displayName,
    pack_name: check.packName,
    pack_level: check.packLevel,
    kind: check.kind,
    state: check.state,
    state_id: stateId(check.state),
    old_state: check.oldState,
    old_state_id: stateId(check.oldState),
    hard: check.hard,
    hard_state: check.hardState,
    hard_state_id: stateId(check.hardState),
    attempt: check.attempt,
    max_attempts: check.maxAttempts,
    hard_since: check.hardSince,
    last_change: check.lastChange,
    last_check: check.lastCheck,
    next_check: check.nextCheck,
    duration_ms: check.durationMs,
    output: check.output,
    long_output: check.longOutput,
    perfdata: [...check.perfdata],
    last_hard_change: check.lastHardChange,
    latency_ms: check.latencyMs,
    stderr: check.stderr,
    exit: check.exit,
    command: [...check.command],
    recent: check.recent.map(({ at, state, durationMs }) => ({
      time: at,
      state_id: stateId(state),
      duration_ms: durationMs,
    })),
    flapping: check.flapping,
    flap_percent: check.flapPercent,
    stale: check.stale,
    expired: check.expired,
    suppressed_by: [...check.suppressedBy],
    waiting: check.isWaiting,
    disabled: check.isDisabled,
    service: check.service,
  };
}

/** A check of another node: only what its member record tells. */
export function foreignCheckJson(id: string, summary: CheckSummary): CheckJson {
  return { name: id, display_name: '', pack_name: id.split('/', 1)[0] ?? '', ...checkSummaryJson(summary) };
}

/** A collector with its last results. */
export function collectorJson(collector: CollectorRecord): CollectorJson {
  return {
    name: collector.name,
    state: collector.state,
    log: collector.log,
    results: collector.results,
    metrics: collector.metrics,
    active: collector.isActive,
    stale: collector.stale,
    restored: collector.isRestored,
    interval_ms: collector.intervalMs,
    last_check: collector.lastCheck,
    last_run: collector.lastRun,
    next_check: collector.nextCheck,
    duration_ms: collector.durationMs,
    runs_total: collector.runsTotal,
    errors_total: collector.errorsTotal,
    skipped_total: collector.skippedTotal,
  };
}

/** A detector as it is written and what it last said. */
export function detectorJson(detector: DetectorRecord): DetectorJson {
  return {
    name: detector.id,
    pack_name: detector.packName,
    pack_level: detector.packLevel,
    condition: detector.applyIf,
    add_groups: [...detector.addGroups],
    interval_ms: detector.intervalMs,
    last_run: detector.lastRun,
    groups: [...detector.groups],
    log: detector.log,
  };
}

/** A problem in what people wrote. */
export const problemJson = ({ level, file, line, column, key, message, suggestion, pack }: Problem) => ({
  level,
  file,
  line,
  column,
  path: key,
  message,
  ...(suggestion === undefined ? {} : { suggestion }),
  pack: pack ?? null,
});

/** When a key was written, in the form of dates that sorts. */
export function kvStampJson(written: KvWritten) {
  const { replicas } = written;
  const json = kvTimesJson(written);
  return replicas ? Object.assign(json, { replicas: { acked: replicas.acked, total: replicas.total } }) : json;
}

function kvTimesJson({ key, version, created, modified, expires }: KvWritten) {
  return {
    key,
    version,
    created: isoTime(created),
    modified: isoTime(modified),
    expires: expires === null ? null : isoTime(expires),
  };
}

/** A key with its value, which may be any bytes. */
export function kvEntryJson(entry: KvEntry) {
  const { buffer, byteOffset, length } = entry.value;
  return Object.assign(kvTimesJson(entry), { value: Buffer.from(buffer, byteOffset, length).toString('base64') });
}
