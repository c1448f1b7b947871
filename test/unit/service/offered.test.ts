// Where setup offers to run mm-claude as a service.

import { expect, test } from "vitest";
import { hasServiceManager } from "../../../src/service/command.ts";

test.each([
  ["linux", 0, true],
  // A user who came by su, or a container.
  ["linux", 1, false],
  ["linux", undefined, false],
  ["darwin", undefined, true],
  ["win32", 0, false],
] as const)(
  "a service is worth offering on %s where systemctl ends with %s: %s",
  async (platform, code, expected) => {
    expect(await hasServiceManager({ platform, run: async () => ({ code, output: "" }) })).toBe(expected);
  },
);
