/** Values kept for a while: a ring of slots, each for a stretch of time. */
export interface Rolling<Slot> {
  /** The slot of a moment; made anew where the ring has come round. */
  at(now: number): Slot;
  /** All slots of the window that ends now, oldest first; undefined where nothing happened. */
  window(now: number): readonly (Slot | undefined)[];
}

/**
 * @param slots - how many stretches are kept
 * @param stretch - milliseconds a slot
 */
export function createRolling<Slot>(
  slots: number,
  stretch: number,
  make: () => Slot,
): Rolling<Slot> {
  const ring: ({ readonly stamp: number; readonly slot: Slot } | undefined)[] = new Array(slots);
  return {
    at(now) {
      const stamp = Math.floor(now / stretch);
      const index = stamp % slots;
      const known = ring[index];
      if (known?.stamp === stamp) return known.slot;
      const slot = make();
      ring[index] = { stamp, slot };
      return slot;
    },
    window(now) {
      const last = Math.floor(now / stretch);
      return Array.from({ length: slots }, (_, offset) => {
        const stamp = last - slots + 1 + offset;
        const known = ring[((stamp % slots) + slots) % slots];
        return known?.stamp === stamp ? known.slot : undefined;
      });
    },
  };
}
