// A refusal to run claude is told with the rights that are to blame. The refusing system is played: nothing is closed to root.

import { constants } from "node:fs";
import { expect, test } from "vitest";
import { startFailure } from "../../../src/claude/error.ts";

/** A system where some files exist and some directories may not be entered. */
function system({ files = [] as readonly string[], closed = [] as readonly string[] }) {
  const refused = (code: string) => Object.assign(new Error(code), { code });
  return (path: string, mode: number): void => {
    if (closed.some((directory) => path.startsWith(`${directory}/`))) throw refused("EACCES");
    if (closed.includes(path)) {
      if (mode === constants.X_OK) throw refused("EACCES");
      return;
    }
    const isThere = [...files, ...closed].some((one) => one === path || one.startsWith(`${path}/`));
    if (!isThere) throw refused("ENOENT");
  };
}

const DENIED = Object.assign(new Error("spawn claude EACCES"), { code: "EACCES" });
const SEARCH = "/usr/bin:/root/bin:/opt/tools/bin";

test("a directory of PATH that may not be entered is named, and no program is to be made executable", () => {
  const access = system({ files: ["/usr/bin/git"], closed: ["/root", "/opt/tools/bin"] });
  const { code, message } = startFailure("claude", DENIED, { searchPath: SEARCH, access });
  expect(code).toBe("not-found");
  expect(message).toBe(
    '"claude" was not found: /root, /opt/tools/bin may not be entered by this user. Correct PATH or the rights of these directories, or set CLAUDE_PATH to the full path of the claude program.',
  );
});

test("so is a directory on the way to a path", () => {
  const access = system({ closed: ["/home/alice/.local"] });
  const { message } = startFailure("/home/alice/.local/bin/claude", DENIED, { searchPath: SEARCH, access });
  expect(message).toMatch(
    /^"\/home\/alice\/\.local\/bin\/claude" was not found: \/home\/alice\/\.local may not be entered by this user\./,
  );
});

test("a program that is there and may not be executed is named with its whole path", () => {
  const access = system({ files: ["/opt/tools/bin/claude"], closed: ["/root"] });
  const { code, message } = startFailure("claude", DENIED, { searchPath: SEARCH, access });
  expect(code).toBe("not-executable");
  expect(message).toBe(
    '"/opt/tools/bin/claude" may not be executed. Make it executable (chmod +x) or set CLAUDE_PATH to the claude program.',
  );
});
