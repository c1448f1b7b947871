// What a start says of itself. Pure.

import type { Config } from "../config/settings.ts";
import type { Status } from "../control/protocol.ts";
import { homePath } from "../render/paths.ts";
import type { Readiness } from "../setup/checks.ts";

type Row = readonly [name: string, value: string];

/** `link`: where the channel is in a browser. */
export function bannerRows(
  config: Pick<Config, "directory" | "botName" | "url" | "skipPermissions">,
  { account, channel, claudeVersion }: Pick<Readiness, "account" | "channel" | "claudeVersion">,
  { home, link }: { readonly home: string; readonly link: string },
): readonly Row[] {
  return [
    ["Directory", homePath(config.directory, home)],
    ["Bot", `@${config.botName ?? account.username}`],
    ["Server", config.url],
    ["Channel", link === config.url ? channel.displayName : `${channel.displayName}, ${link}`],
    ["Claude Code", claudeVersion],
    ["Permissions", config.skipPermissions ? "skipped (⚡ Auto)" : "interactive"],
  ];
}

/** What an earlier run has left, and what has begun meanwhile. */
export function sessionRow({ sessions, maxSessions }: Pick<Status, "sessions" | "maxSessions">): Row {
  const asleep = sessions.filter(({ phase }) => phase === "asleep").length;
  const resting = asleep === 0 ? "" : `, ${asleep} asleep`;
  return ["Sessions", `${sessions.length - asleep} of ${maxSessions} live${resting}`];
}
