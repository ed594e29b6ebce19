import type { Output } from '../../src/openstack/command-line.ts';
import { type Written, written } from '../../src/openstack/formats.ts';
import type { ProbeRun } from '../../src/openstack/metric.ts';

/** A run in one of its forms, at a time that is easy to read. */
export const formOf = (run: ProbeRun, output: Output, integers: 'marked' | 'plain' = 'plain'): Written =>
  written(run, {
    ...{ output, integers, measurement: 'maas_nova', wall: 1_700_000_000_000 },
    printing: { profile: 'seed', aliases: 'left out', maxMetrics: 0, times: 'double' },
  });
