// What the router of one channel is given. Whoever takes the events from the socket gives each router its own.

import type { AuditTrail } from "../audit/trail.ts";
import type { ChannelId, ThreadId } from "../mattermost/types.ts";
import type { Notice } from "../render/attachments.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { CatchUpOptions } from "./catch-up.ts";
import type { CursorKeeper } from "./cursor.ts";
import type { DispatcherOptions } from "./dispatcher.ts";
import type { PeopleKnown } from "./people.ts";

export interface RouterDependencies extends PeopleKnown {
  readonly standing: CatchUpOptions["standing"];
  readonly api: CatchUpOptions["api"];
  readonly sessions: CatchUpOptions["sessions"];
  readonly projects: DispatcherOptions["projects"];
  readonly listSessions: DispatcherOptions["listSessions"];
  /** A direct message: the bot is meant by each post, mentioned or not. */
  readonly isDirect: boolean;
  readonly cursor: CursorKeeper;
  readonly audit: Pick<AuditTrail, "append">;
  /** Posts a single reply in a thread, whether it has a session or not. */
  readonly reply: (threadId: ThreadId, notice: Notice) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** Another channel has told of that very error: one answer of the server's may be waited for by many. */
  readonly isTold: (error: unknown) => boolean;
  readonly newUuid: () => string;
  readonly channelId: ChannelId;
  /** The mark of the posts that this process makes. */
  readonly instance: string;
  /** Another mm-claude runs this bot in this channel, and this one is to end; why, in a sentence or two. */
  readonly onOtherInstance: (why: string) => void;
  /** Nothing can be heard or written in the channel, and why; undefined: it can again. */
  readonly onAway: (why: string | undefined) => void;
  readonly channelName: string;
}
