import type { z } from 'zod';
import type { PackObjectType } from '../model/pack.ts';
import { CHECK } from './objects/check.ts';
import { COLLECTOR } from './objects/collector.ts';
import { COMPLIANCE } from './objects/compliance.ts';
import { DASHBOARD } from './objects/dashboard.ts';
import { DETECTOR } from './objects/detector.ts';
import { GENERATOR } from './objects/generator.ts';
import { HANDLER } from './objects/handler.ts';
import type { ObjectKind } from './objects/kind.ts';
import { SERVICE } from './objects/service.ts';
import { TUTORIAL } from './objects/tutorial.ts';
import { ZONE_SERVICE } from './objects/zone-service.ts';

/** The objects people write in packs and in the local configuration, by type. */
export const OBJECT_KINDS: Readonly<Record<PackObjectType, ObjectKind>> = {
  detector: DETECTOR,
  check: CHECK,
  service: SERVICE,
  zone_service: ZONE_SERVICE,
  handler: HANDLER,
  generator: GENERATOR,
  compliance: COMPLIANCE,
  dashboard: DASHBOARD,
  collector: COLLECTOR,
  tutorial: TUTORIAL,
};

/** The fields of each type. */
export const OBJECT_SCHEMAS: Readonly<Record<PackObjectType, z.ZodObject>> = {
  detector: DETECTOR.schema,
  check: CHECK.schema,
  service: SERVICE.schema,
  zone_service: ZONE_SERVICE.schema,
  handler: HANDLER.schema,
  generator: GENERATOR.schema,
  compliance: COMPLIANCE.schema,
  dashboard: DASHBOARD.schema,
  collector: COLLECTOR.schema,
  tutorial: TUTORIAL.schema,
};
