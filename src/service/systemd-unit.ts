// The text of the systemd unit. Pure.

import type { ServiceProgram } from "./types.ts";

/** What waits for the notice that it still runs: longer than any turn of the event loop, and than a slow disk. */
const WATCHDOG_S = 120;

/** How each begins that is ours. */
export const UNIT_MARK = "# Written by mm-claude service install";

/** For a user manager: none of it needs rights of the system's. */
export function systemdUnit({
  node,
  script,
  directory,
  path,
  environment,
  environmentFile,
}: ServiceProgram): string {
  const variables = { PATH: path, ...environment };
  return `${UNIT_MARK}; mm-claude service uninstall removes it.
[Unit]
Description=mm-claude: Claude Code in Mattermost threads
StartLimitIntervalSec=600
StartLimitBurst=10

[Service]
# It says when it is ready, and that it still runs, by systemd-notify.
Type=notify
NotifyAccess=all
WatchdogSec=${WATCHDOG_S}
# Longer than the server may be away at a start.
TimeoutStartSec=infinity
TimeoutStopSec=20
ExecStart=${word(node)} ${word(script)}
WorkingDirectory=${specifiersEscaped(directory)}
${Object.entries(variables)
  .map(([name, value]) => `Environment=${word(`${name}=${value}`)}`)
  .join("\n")}
# For a key of Claude's, or a proxy with a password: NAME=value lines, in a file that only you can read.
EnvironmentFile=-${specifiersEscaped(environmentFile)}

Restart=on-failure
RestartSec=5
# Somebody must change something first.
RestartPreventExitStatus=2
# Every Claude gets a moment to save; what is left then is ended.
KillMode=mixed
# One command that takes all memory ends alone.
OOMPolicy=continue

# Claude runs a shell in here. Take out the first of these lines if it shall be able to use sudo.
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes

[Install]
WantedBy=default.target
`;
}

/** As systemd reads a command line: quoted, with nothing in it that it would put something in place of. */
function word(text: string): string {
  const quoted = specifiersEscaped(text)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("$", "$$$$");
  return `"${quoted}"`;
}

function specifiersEscaped(text: string): string {
  return text.replaceAll("%", "%%");
}
