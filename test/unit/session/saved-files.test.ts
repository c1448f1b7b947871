import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect, test } from "vitest";
import type { FileInfo, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { savedFiles } from "../../../src/session/content.ts";
import { filesIn } from "../../../src/util/saved-files.ts";
import { messageOf, user } from "../../support/session-script.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

test("the files of a reply are saved as files, images as well, and what can't be had is named", async () => {
  const filesDirectory = temporaryDirectory();
  const problems: string[] = [];
  const file = (id: string, name: string, mimeType: string): FileInfo => ({
    id: id as FileInfo["id"],
    name,
    mimeType,
    size: PNG.length,
  });
  const files = [
    file("f", "../mock up.png", "image/png"),
    file("broken", "notes.txt", "text/plain"),
    file("g", "b.txt", "text/plain"),
  ];
  const paths = await savedFiles(messageOf("p", "", { files }), {
    api: {
      thread: async () => [],
      file: async (id) => {
        if (id === "broken") {
          throw new Error("no answer");
        }
        return PNG;
      },
    },
    users: { byId: async (id: UserId) => user(id) },
    threadId: "t" as ThreadId,
    filesDirectory: filesIn(filesDirectory),
    onProblem: (detail) => void problems.push(detail),
  });
  expect(paths.map(dirname)).toEqual([filesDirectory, filesDirectory]);
  expect(paths.map((path) => basename(path).replace(/-[0-9a-f]{6}/, ""))).toEqual([
    "mock_up.png",
    "b.txt.png",
  ]);
  expect(new Uint8Array(readFileSync(paths[0] ?? ""))).toEqual(PNG);
  expect(problems).toEqual(["The file `notes.txt` could not be handed to Claude: no answer"]);
});
