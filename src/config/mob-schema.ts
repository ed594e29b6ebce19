import { z } from 'zod';
import * as field from './fields.ts';

/** The map `mob` of agent.yml: health packages, repairs, and the door for clients of Mob* Monitor. */
export const mob = z
  .strictObject({
    enabled: field.flag().default(false).describe('Listen on a port of its own for clients of Mob* Monitor.'),
    port: field.door().default(9991).describe('TCP port.'),
    bind: field.addresses().prefault(['127.0.0.1', '::1']).describe('Addresses it listens on.'),
    check_dir: field
      .path()
      .optional()
      .describe(
        'Directory of health packages; health/ in the data directory when left out. Those of packs count as well.',
      ),
    default_interval: field
      .duration(1_000)
      .prefault('30s')
      .describe('Time between two runs of a health check that says none.'),
    recheck: field
      .oneOf(['service', 'all'])
      .prefault('service')
      .describe('After a repair the checks of its service are run again, or those of all services.'),
    breaker: field
      .wholeNumber(1, 10_000)
      .default(5)
      .describe(
        'Repairs that start by themselves and may fail within 10 minutes; one more stops them until they are allowed again.',
      ),
    compat_get_repair: field
      .flag()
      .default(false)
      .describe('Take RepairService by GET as well, as old clients send it.'),
    log_paths: field
      .words('a list of absolute paths', /^\/.{1,1023}$/)
      .prefault([])
      .describe('Further files that CollectLogs gives away.'),
  })
  .prefault({} as never);
