/** Waits for something, and keeps the process from ending meanwhile when nothing else would. */
export async function keptAwake<Value>(work: Promise<Value>): Promise<Value> {
  const awake = setInterval(() => {}, 1_000);
  try {
    return await work;
  } finally {
    clearInterval(awake);
  }
}
