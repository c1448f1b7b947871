// Owns the settings of the server that an administrator changes while it runs. Tells whoever wants to know.

export interface Settings {
  /** Seconds after which a post's message can't be edited any more; -1: no limit. */
  readonly postEditTimeLimit: number;
  /** False: nobody has the right to edit posts. */
  readonly isEditingAllowed: boolean;
  /** Bytes. */
  readonly maxFileSize: number;
  limitEdits(limit: number | "never"): void;
  limitFiles(bytes: number): void;
}

export function createSettings(maxFileSize: number, tell: () => void): Settings {
  let seconds = -1;
  let isAllowed = true;
  let bytes = maxFileSize;
  return {
    get postEditTimeLimit() {
      return seconds;
    },
    get isEditingAllowed() {
      return isAllowed;
    },
    get maxFileSize() {
      return bytes;
    },
    limitFiles(limit) {
      bytes = limit;
      tell();
    },
    limitEdits(limit) {
      isAllowed = limit !== "never";
      if (limit === "never") return;
      seconds = limit;
      tell();
    },
  };
}
