/** Rows by key, of which only the latest used are kept: clients choose the keys. */
export interface BoundedRows<Row> {
  /** The row of a key, made where there is none; it becomes the latest used. */
  use(key: string): Row;
  /** Latest used first. */
  list(): readonly Row[];
}

export function createBoundedRows<Row>(
  capacity: number,
  make: (key: string) => Row,
): BoundedRows<Row> {
  const rows = new Map<string, Row>();
  return {
    use(key) {
      const row = rows.get(key) ?? make(key);
      rows.delete(key);
      rows.set(key, row);
      if (rows.size > capacity) {
        for (const oldest of rows.keys()) {
          rows.delete(oldest);
          break;
        }
      }
      return row;
    },
    list: () => [...rows.values()].reverse(),
  };
}
