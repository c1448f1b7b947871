// What a Claude on another machine has read by the time it has answered `initialize`: see startup-inputs.ts. All of it is
// asked at a time, as it can't be found out at once.

import { homeIn } from "../remote/script.ts";
import type { RunScript } from "../remote/types.ts";

const TIMEOUT_MS = 20_000;
const MOST_BYTES = 1024 * 1024;

/** `$1` the directory. `stat` of GNU and busybox differs from BSD's. */
const FINGERPRINT = `
directory=$1
${homeIn("directory")}
user=\${CLAUDE_CONFIG_DIR:-$HOME/.claude}
set --
for name in CLAUDE.md settings.json agents commands skills rules; do
  set -- "$@" "$user/$name" "$directory/.claude/$name"
done
set -- "$@" "$directory/.claude/settings.local.json"
for name in HEAD index logs/HEAD; do set -- "$@" "$directory/.git/$name"; done
parent=$directory
while :; do
  for name in CLAUDE.md CLAUDE.local.md .mcp.json; do set -- "$@" "$parent/$name"; done
  case $parent in */*) parent=\${parent%/*} ;; *) break ;; esac
done
if stat -c %s / >/dev/null 2>&1; then
  stat -Lc '%n %y %s' "$@" 2>/dev/null
else
  stat -Lf '%N %m %z' "$@" 2>/dev/null
fi
cd "$directory" && git --no-optional-locks status --porcelain --branch 2>/dev/null
exit 0
`;

/** Changes with the settings there and the state of the repository; undefined when nobody can be asked. */
export async function fingerprintThere(run: RunScript, directory: string): Promise<string | undefined> {
  try {
    const { output } = await run(FINGERPRINT, [directory], { timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES });
    return output.toString("latin1");
  } catch {
    return undefined;
  }
}
