/** Whether `ref` is the id of an alert rather than that of a check. */
const isAlertId = (ref: string): boolean => /^[0-9a-f]{16}-\d+$/.test(ref);

/** The routes by which the alert behind an id, or behind a check, is acknowledged and that is taken back. */
export const acknowledgeRoutes = (ref: string) =>
  isAlertId(ref)
    ? ({ post: 'POST /monitoring/alerts/:id*/ack', remove: 'DELETE /monitoring/alerts/:id*/ack' } as const)
    : ({ post: 'POST /monitoring/checks/:id*/ack', remove: 'DELETE /monitoring/checks/:id*/ack' } as const);
