import type { AgentConfig } from '../config/agent-schema.ts';
import { masked } from '../config/secrets.ts';
import type { ModuleJson } from '../http/schemas/inside.ts';
import type { HandlerRecord } from '../model/handler.ts';
import type { Yaml, YamlMap } from '../model/pack.ts';
import type { Reason } from './health.ts';
import type { TelemetryDoors } from './telemetry-settings.ts';

interface Known {
  /** As it may be shown. */
  readonly config: AgentConfig;
  readonly telemetry: TelemetryDoors;
  readonly isDnsWanted: boolean;
  /** The parameters of the pack that exports to Shinken. */
  readonly shinken: YamlMap;
  readonly handlers: readonly HandlerRecord[];
  readonly reasons: readonly Reason[];
}

type Listed = readonly [name: string, type: ModuleJson['module_type'], isWanted: boolean, configuration: unknown];

/** What of the agent can be switched on and off, by name, and how it is. */
export function modulesOf(known: Known): ReadonlyMap<string, ModuleJson> {
  const { config, telemetry, isDnsWanted, shinken, handlers, reasons } = known;
  const listed: readonly Listed[] = [
    ['http', 'listener', config.http.port !== 'off', config.http],
    ['websocket', 'listener', config.websocket.enabled && config.websocket.port !== 'off', config.websocket],
    ['dns', 'listener', isDnsWanted && config.dns.port !== 'off', config.dns],
    ['statsd', 'listener', telemetry.statsd !== undefined, config.statsd],
    ['graphite', 'listener', telemetry.graphite !== undefined, config.graphite],
    ['pickle', 'listener', telemetry.pickle !== undefined, config.graphite],
    ['mob', 'listener', config.mob.enabled, config.mob],
    ['forward', 'connector', config.graphite.forward.length > 0, { targets: config.graphite.forward }],
    ['prometheus', 'connector', config.prometheus.remote_write.length > 0, config.prometheus],
    ['shinken', 'connector', shinken['enabled'] === true, shinken],
  ];
  const own = listed.map(([name, type, isWanted, configuration]) => {
    const log = isWanted ? troubleOf(name, reasons) : '';
    const running = log === '' ? ('STARTED' as const) : ('ERROR' as const);
    const state = isWanted ? running : ('DISABLED' as const);
    return [name, { state, log, module_type: type, configuration: shownOf(configuration) }] as const;
  });
  return new Map([...own, ...handlers.map((handler) => [`handler ${handler.id}`, handlerModule(handler)] as const)]);
}

const STATES = { ok: 'STARTED', error: 'ERROR', disabled: 'DISABLED' } as const;

const handlerModule = ({ state, error, type, pending, sent }: HandlerRecord): ModuleJson => ({
  ...{ state: STATES[state], log: error, module_type: 'handler' },
  configuration: { type, pending, sent },
});

/** What the health says of a module: under its own name, or under its code where several share a part. */
function troubleOf(name: string, reasons: readonly Reason[]): string {
  const CODES: ReadonlyMap<string, readonly [string, string]> = new Map([
    ['forward', ['graphite', 'forward']],
    ['prometheus', ['prometheus', 'remote_write']],
  ]);
  const [part, code] = CODES.get(name) ?? [name, undefined];
  const isOfForward = (reason: Reason) => code === undefined && reason.code === 'forward';
  const of = reasons.filter((reason) => reason.part === part && !isOfForward(reason));
  return of
    .filter((reason) => code === undefined || reason.code === code)
    .map(({ text }) => text)
    .join('; ');
}

/** Settings as JSON can show them, without secrets. */
const shownOf = (configuration: unknown): Record<string, Yaml> => {
  const plain = JSON.parse(JSON.stringify(configuration ?? {})) as YamlMap;
  return { ...masked(plain) };
};
