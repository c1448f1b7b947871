// Copies of files from before they were changed, by the message that the change came after; kept, as the real ones are.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function openCheckpoints(sessionId) {
  const directory = join(process.env.HOME ?? "/nonexistent", ".claude/file-history");
  const file = join(directory, `${sessionId}.json`);
  const points = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

  function save() {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, JSON.stringify(points));
  }

  return {
    begin(uuid) {
      points.push({ uuid, before: {} });
      save();
    },
    keep(path) {
      for (const { before } of points) if (!Object.hasOwn(before, path)) before[path] = contentOf(path);
      save();
    },
    rewind({ user_message_id, dry_run }) {
      const point = points.find(({ uuid }) => uuid === user_message_id);
      if (!point) return { canRewind: false, error: "No file checkpoint found for this message." };
      const changed = Object.entries(point.before).filter(([path, text]) => contentOf(path) !== text);
      if (dry_run) {
        const lines = changed.map(([path, text]) => [linesOf(text), linesOf(contentOf(path))]);
        return {
          canRewind: true,
          filesChanged: changed.map(([path]) => path),
          insertions: count(lines, ([then, now]) => then.filter((line) => !now.includes(line))),
          deletions: count(lines, ([then, now]) => now.filter((line) => !then.includes(line))),
        };
      }
      for (const [path, text] of changed) {
        if (text === null) rmSync(path);
        else writeFileSync(path, text);
      }
      return { canRewind: true, skippedLinks: 0 };
    },
  };
}

const contentOf = (path) => (existsSync(path) ? readFileSync(path, "utf8") : null);
const linesOf = (text) => (text ?? "").split("\n").filter((line) => line !== "");
const count = (lines, of) => lines.reduce((sum, pair) => sum + of(pair).length, 0);
