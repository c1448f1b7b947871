// Files that change, or are swapped, while mm-claude looks at them on Claude's behalf.

import { execFileSync } from "node:child_process";
import * as nodeFs from "node:fs";
import { linkSync, renameSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { beforeEach, describe, expect, test } from "vitest";
import { fileBefore } from "../../../src/session/disclosure.ts";
import {
  change,
  createPlace,
  LINES,
  PLAIN_SECRET,
  type Place,
  put,
  SECRET,
  using,
} from "../../support/disclosure-place.ts";

let place: Place;
const inProject = (...names: string[]): string => join(place.project, ...names);

beforeEach(() => {
  place = createPlace();
});

/** A system without /proc. */
function withoutProc(disk: typeof nodeFs = nodeFs): typeof nodeFs {
  const readlinkSync = () => {
    throw new Error("ENOENT");
  };
  return { ...disk, readlinkSync: readlinkSync as unknown as typeof nodeFs.readlinkSync };
}

/** Somebody acts just before and just after a file is opened. */
function openedBetween(before: () => void, after: () => void = () => {}): typeof nodeFs {
  const openSync: typeof nodeFs.openSync = (...args) => {
    before();
    const fd = nodeFs.openSync(...args);
    after();
    return fd;
  };
  return { ...nodeFs, openSync };
}

describe.each([
  ["by the name of the open file", (disk: typeof nodeFs) => disk],
  ["without /proc", withoutProc],
])("between the check and the reading (%s)", (_name, system) => {
  const file = (): string => inProject("src/file.txt");
  const aside = (): string => inProject("aside");
  const moveAside = (): void => renameSync(inProject("src"), aside());
  const moveBack = (): void => {
    unlinkSync(inProject("src"));
    renameSync(aside(), inProject("src"));
  };
  /** Once: each look opens it anew. */
  const attempt = (before: () => void, after?: () => void): void => {
    put(file(), "alpha aardvark\n".slice(0, 6));
    put(join(place.root, "outside/file.txt"), PLAIN_SECRET);
    const disk = system(openedBetween(before, after));
    const { fileBefore: text } = fileBefore(using("Edit", change("src/file.txt")), place.rules, disk);
    expect(text).toBeUndefined();
  };

  test("a link takes the file's place", () => {
    attempt(() => {
      unlinkSync(file());
      symlinkSync(place.outside, file());
    });
  });

  test("a hard link takes the file's place", () => {
    attempt(() => {
      unlinkSync(file());
      linkSync(place.outside, file());
    });
  });

  test("a hard link is there while it is opened", () => {
    attempt(
      () => {
        renameSync(file(), aside());
        linkSync(place.outside, file());
      },
      () => {
        unlinkSync(file());
        renameSync(aside(), file());
      },
    );
  });

  test("a pipe takes the file's place, and nobody waits for it", () => {
    attempt(() => {
      unlinkSync(file());
      execFileSync("mkfifo", [file()]);
    });
  });

  test("a link takes its directory's place", () => {
    attempt(() => {
      moveAside();
      symlinkSync(join(place.root, "outside"), inProject("src"));
    });
  });

  test("a link is in its directory's place while it is opened", () => {
    attempt(() => {
      moveAside();
      symlinkSync(join(place.root, "outside"), inProject("src"));
    }, moveBack);
  });

  test("a denied directory is in its directory's place", () => {
    put(inProject("private/file.txt"), PLAIN_SECRET);
    attempt(() => {
      moveAside();
      renameSync(inProject("private"), inProject("src"));
    });
  });

  test("the file goes", () => {
    attempt(
      () => {},
      () => unlinkSync(file()),
    );
  });

  test("the file grows without end", () => {
    attempt(() => truncateSync(file(), 1024 ** 3));
  });

  test("the file grows while it is read", () => {
    const disk = system({
      ...nodeFs,
      fstatSync: ((...args: Parameters<typeof nodeFs.fstatSync>) => {
        const stat = nodeFs.fstatSync(...args);
        writeFileSync(inProject("notes.txt"), PLAIN_SECRET.repeat(20), { flag: "a" });
        return stat;
      }) as typeof nodeFs.fstatSync,
    });
    expect(fileBefore(using("Edit", change("notes.txt")), place.rules, disk)).toEqual({});
  });

  test("somebody swaps directories all the time", async () => {
    put(inProject("one/file.txt"), LINES);
    put(join(place.root, "outside/file.txt"), PLAIN_SECRET);
    const swapping = new Worker(
      `const { renameSync, symlinkSync, unlinkSync } = require("node:fs");
       const { workerData: { one, aside, outside } } = require("node:worker_threads");
       for (;;) {
         renameSync(one, aside); symlinkSync(outside, one);
         unlinkSync(one); renameSync(aside, one);
       }`,
      {
        eval: true,
        workerData: {
          one: inProject("one"),
          aside: inProject("aside"),
          outside: join(place.root, "outside"),
        },
      },
    );
    const seen = new Set<string | undefined>();
    try {
      await new Promise((resolve) => swapping.once("online", resolve));
      for (let look = 0; look < 3000; look++) {
        seen.add(fileBefore(using("Edit", change("one/file.txt")), place.rules, system(nodeFs)).fileBefore);
      }
    } finally {
      await swapping.terminate();
    }
    expect([...seen].filter((text) => text !== undefined && text !== LINES)).toEqual([]);
  });
});

test("no descriptor is left open, whatever is looked at", () => {
  let open = 0;
  const counting = {
    ...nodeFs,
    openSync: (...args: Parameters<typeof nodeFs.openSync>) => {
      const fd = nodeFs.openSync(...args);
      open++;
      return fd;
    },
    closeSync: (fd: number) => {
      open--;
      nodeFs.closeSync(fd);
    },
  };
  put(inProject("token.txt"), SECRET);
  for (const path of ["notes.txt", "token.txt", ".", "private/deep/key.txt", place.settings, "no"]) {
    fileBefore(using("Edit", change(path)), place.rules, counting);
  }
  expect(open).toBe(0);
});
