import { mkdir, writeFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Adapter, Place, Saying } from './adapter.ts';

const program = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));

const SAYINGS: ReadonlyMap<string, Saying['what']> = new Map([
  ['member-join', 'join'],
  ['member-leave', 'left'],
  ['member-failed', 'failed'],
  ['user-event', 'event'],
]);
const COMPLAINTS: ReadonlySet<string> = new Set(['warn', 'warning', 'error', 'fatal']);

/** This agent, with no door but gossip and the one between nodes; `key` is in base64. */
export function opsbroAdapter(key: string | undefined): Adapter {
  return {
    name: 'opsbro',
    async start(place) {
      await writeHome(place, key);
      return [program, 'agent', 'start', '--home', place.directory];
    },
    read(line) {
      const written = readLine(line);
      const what = SAYINGS.get(written.msg ?? '');
      if (what) return [{ what, name: written.member ?? written.name ?? '' }];
      return COMPLAINTS.has(written.level ?? '') ? [{ what: 'complaint', name: written.msg ?? '' }] : [];
    },
    event({ directory }, name, payload) {
      return [program, '--home', directory, 'gossip', 'events', 'add', name, '--payload', payload];
    },
  };
}

async function writeHome({ name, address, port, join, directory }: Place, key: string | undefined): Promise<void> {
  const off = { port: 'off' };
  const configuration = {
    name,
    bind: address,
    port,
    insecure: key === undefined,
    seeds: join === undefined ? [] : [join],
    http: off,
    websocket: off,
    dns: { ...off, enabled: false },
    groups: [],
    // All members see the load of the bench, and their checks would tell of it in a pool that is said to be idle.
    monitoring_topic_enabled: false,
    // Detectors find what is installed on the machine of the bench, which nobody serves in its namespace: each attempt to ask it, or whether
    // it is there, would count as traffic.
    automatic_detection_topic_enabled: false,
    collectors: { openstack_services: { enabled: false } },
    log_format: 'json',
  };
  const keys = pathOf(directory, 'etc', 'zone_keys');
  await mkdir(keys, { recursive: true, mode: 0o700 });
  // What is JSON is YAML too.
  await writeFile(pathOf(directory, 'etc', 'agent.yml'), JSON.stringify(configuration, null, 1));
  if (key !== undefined) await writeFile(pathOf(keys, 'internet.gossip.key'), `${key}\n`, { mode: 0o600 });
}

interface LogLine {
  readonly level?: string;
  readonly msg?: string;
  readonly member?: string;
  readonly name?: string;
}

function readLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}
