import { stateId } from '../model/check.ts';
import type { ServiceSummary } from '../model/member.ts';
import type { ServiceRecord } from '../model/service.ts';
import { jsonObject } from './records.ts';
import type { ServiceJson } from './schemas/services.ts';

/** A service of another node: only what its member record tells. */
export const foreignServiceJson = (
  name: string,
  { state, address, port, tags, meta }: ServiceSummary,
): ServiceJson => ({
  name,
  state,
  state_id: stateId(state),
  address,
  port,
  tags: [...tags],
  meta: jsonObject(meta, (value) => value),
});

/** A service of this node, everything about it. */
export const serviceJson = (service: ServiceRecord): ServiceJson => ({
  ...foreignServiceJson(service.name, service),
  id: service.id,
  pack_name: service.packName,
  old_state: service.oldState,
  last_change: service.lastChange,
  checks: [...service.checks],
  output: service.output,
  notes: service.notes,
});
