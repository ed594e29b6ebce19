/** Ids of five nodes, whose places on the ring are known. */
export const IDS: readonly string[] = [1, 2, 3, 4, 5].map((digit) =>
  '........-....-4...-8...-............'.replaceAll('.', `${digit}`),
);
