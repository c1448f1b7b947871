// What the server does not accept is quarantined: a marker is posted in its place, and everything else goes on. The
// marker is a test as well: if the server does not accept even that, the server is the cause, and everything waits as
// before.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import { keepMarker, markerFor } from "./entry.ts";
import type { WriterContext } from "./outbox.ts";
import { createIn } from "./posting.ts";
import { isRetryable } from "./retry-policy.ts";
import type { Content, Entry, PostKey } from "./writes.ts";

/** Throws when the server takes no marker either. */
export async function quarantine(
  { outbox, options }: WriterContext,
  key: PostKey,
  entry: Entry,
  content: Content,
  error: unknown,
  api: MattermostApi,
): Promise<void> {
  const { log, threadId } = options;
  if (entry.quarantined) {
    return keepMarker(entry, entry.quarantined, content);
  }
  const marker = markerFor(reasonOf(error));
  const { id } = await createIn(api, options, entry, { markdown: marker });
  const isFinal = !isRetryable(error);
  Object.assign(entry, {
    id,
    creating: undefined,
    postedAt: options.clock.now(),
    quarantined: { content, marker, isHeld: isFinal },
    written: isFinal ? content : undefined,
  });
  outbox.takePieces(key);
  log.warn(`A post in thread ${threadId} can't be written and is set aside: ${messageOf(error)}`);
  options.onQuarantined?.(key);
  // The server may have come back in this very moment: once more, behind all that waits.
  outbox.queuePut(key);
}

/** There is no post without its file: whoever asked for it says otherwise what the file was to say. */
export function refuseFile({ outbox, options }: WriterContext, key: PostKey): void {
  options.log.warn(`The server takes no file for a post in thread ${options.threadId}`);
  outbox.drop(key);
  options.onFileRefused(key);
}

/** In words for people, plain ASCII. */
function reasonOf(error: unknown): string {
  const { status, serverId, answeredBy } = error instanceof MattermostError ? error : {};
  if (status === undefined) {
    return "the server gives no answer to it";
  }
  const who = answeredBy === "mattermost" ? "the server" : "something before the server, such as a proxy,";
  const id = serverId === undefined ? "" : ` \`${serverId}\``;
  return `${who} answers HTTP ${status}${id} to it; its log says why`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
