import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { duration, flag, path, text, words } from '../config/fields.ts';
import type { YamlMap } from '../model/pack.ts';
import { MONITORING_TOOLS, type MonitoringTool, pipesOf } from '../plugins/nagios-pipes.ts';

const optionalText = () => z.union([text(), z.null()]).transform((written) => written ?? '');

const Parameters = z.object({
  enabled: flag().default(false),
  cfg_path: path().default('/etc/shinken/agent'),
  monitoring_tool: z.enum(MONITORING_TOOLS).default('shinken'),
  reload_command: optionalText().default(''),
  config_check_command: optionalText().default(''),
  external_command_file: optionalText().default(''),
  host_template: optionalText().default(''),
  service_template: text().default('generic-service'),
  zones: words('a list of zones').default([]),
  remove_dead_after: z.union([z.literal('never'), duration(1_000)]).prefault('never'),
  resend: duration(1_000).prefault('60s'),
});

/** How nodes and results get to a Shinken or a Nagios. */
export interface ExportSettings {
  readonly tool: MonitoringTool;
  /** Directory of the files. */
  readonly directory: string;
  /** Lines for a shell. */
  readonly reloadCommand: string;
  /** Empty: nothing is looked at before a reload. */
  readonly checkCommand: string;
  /** Where the pipe for results may be; the first that is there counts. */
  readonly pipes: readonly string[];
  readonly hostTemplate: string;
  readonly serviceTemplate: string;
  /** Empty: the own zone and those below. */
  readonly zones: readonly string[];
  /** Milliseconds; `undefined`: a dead node stays until it leaves or is forgotten. */
  readonly removeDeadAfterMs: number | undefined;
  readonly resendMs: number;
}

const RELOADS: Readonly<Record<MonitoringTool, string>> = {
  shinken: '/etc/init.d/shinken reload',
  nagios: 'systemctl reload nagios4 || /etc/init.d/nagios reload',
};

/** The settings that the parameters of the pack `shinken` make; `undefined` when it is off. Throws `invalid_config` naming the faults. */
export function exportSettings(parameters: YamlMap): ExportSettings | undefined {
  const read = Parameters.safeParse(parameters);
  if (!read.success) throw new OpsbroError('invalid_config', faultsOf(read.error));
  const { data } = read;
  if (!data.enabled) return undefined;
  const tool = data.monitoring_tool;
  return {
    tool,
    directory: data.cfg_path,
    reloadCommand: data.reload_command || RELOADS[tool],
    checkCommand: data.config_check_command,
    pipes: pipesOf(tool, data.external_command_file),
    hostTemplate: data.host_template,
    serviceTemplate: data.service_template,
    zones: data.zones,
    removeDeadAfterMs: data.remove_dead_after === 'never' ? undefined : data.remove_dead_after,
    resendMs: data.resend,
  };
}

const faultsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `${['shinken', ...path].join('.')}: ${message}`).join('; ');
