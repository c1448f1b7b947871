// How many mentions of each channel have been heard of, as it is kept over a restart: those that came since are caught up
// on first.

import { z } from "zod";
import type { MentionCounts } from "../mattermost/standings.ts";
import type { ChannelId } from "../mattermost/types.ts";
import type { DocumentStore } from "../store/document-store.ts";

const NAME = "mentions";
const document = z.object({ version: z.literal(1), heard: z.record(z.string(), z.number()) });

/** Where nothing can be read of it, only the order suffers in which channels are caught up on. */
export function heardMentions(folder: DocumentStore): MentionCounts {
  const found = folder.read(NAME, "channels with mentions are not the first to be caught up on");
  const { heard = {} } = document.safeParse(found).data ?? {};
  return new Map(Object.entries(heard) as [ChannelId, number][]);
}

/** Sooner or later: nobody waits for it. */
export function keepHeardMentions(folder: DocumentStore, counts: MentionCounts): void {
  folder.change(NAME, () => JSON.stringify({ version: 1, heard: Object.fromEntries(counts) }));
}
