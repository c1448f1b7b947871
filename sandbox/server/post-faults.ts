// What goes wrong with single posts when the sandbox is told so: texts that can't be saved, posts that are dated ahead.
// Decides; posting carries it out.
import type { Undo } from "./faults.ts";

export interface PostFaults {
  /** Creates and edits of such a text are answered 500 for as long as it is wanted. */
  failContent(pattern: RegExp): Undo;
  /** The next post, of that account if one is named, is dated so far ahead, as an import or a wrong clock does it. */
  dateAhead(ms: number, userId?: string): Undo;
}

export interface PostFaultsCarriedOut extends PostFaults {
  isUnsavable(message: string): boolean;
  /** How far ahead this account's post is dated; uses it up. */
  takeAhead(userId: string): number;
}

export function createPostFaults(): PostFaultsCarriedOut {
  const patterns = new Set<RegExp>();
  const aheads = new Set<{ readonly ms: number; readonly userId: string | undefined }>();
  return {
    failContent(pattern) {
      patterns.add(pattern);
      return () => patterns.delete(pattern);
    },
    dateAhead(ms, userId) {
      const ahead = { ms, userId };
      aheads.add(ahead);
      return () => aheads.delete(ahead);
    },
    isUnsavable: (message) => [...patterns].some((pattern) => message.search(pattern) >= 0),
    takeAhead(userId) {
      const ahead = [...aheads].find((one) => (one.userId ?? userId) === userId);
      if (ahead) aheads.delete(ahead);
      return ahead?.ms ?? 0;
    },
  };
}
