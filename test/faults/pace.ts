// How fast people speak in the campaign: below mm-claude's own limit on what one person says, which would drop the rest.

/** Of the limit (40 at once, then one each 1.5 s), what leaves room for the clocks to differ. */
const BURST = 30;
const EVERY_MS = 1600;

/** Resolves when that person may say one thing more. */
export function createSpeakingPace(): (by: string) => Promise<void> {
  const lefts = new Map<string, { readonly left: number; readonly at: number }>();
  return async (by) => {
    const now = Date.now();
    const { left, at } = lefts.get(by) ?? { left: BURST, at: now };
    const room = Math.min(BURST, left + (now - at) / EVERY_MS) - 1;
    lefts.set(by, { left: room, at: now });
    if (room < 0) {
      await new Promise((resolve) => setTimeout(resolve, -room * EVERY_MS));
    }
  };
}
