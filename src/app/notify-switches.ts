// Who wants no calls besides those of cards, as it is kept over a restart: one list for all channels of the bot.

import { z } from "zod";
import { decodeUserId } from "../mattermost/decode.ts";
import type { UserId } from "../mattermost/types.ts";
import type { NotifySwitches } from "../session/calling.ts";
import type { DocumentStore } from "../store/document-store.ts";

const NAME = "notify";
const document = z.object({ version: z.literal(1), off: z.array(z.string()) });

export function notifySwitches(folder: DocumentStore): NotifySwitches {
  const found = folder.read(NAME, "people who have said `!notify off` have to say it again");
  const { off: kept = [] } = document.safeParse(found).data ?? {};
  const off = new Set<UserId>(kept.flatMap((id) => decodeUserId(id) ?? []));
  return {
    isNotified: (id) => !off.has(id),
    setNotified(id, isOn) {
      isOn ? off.delete(id) : off.add(id);
      folder.change(NAME, () => JSON.stringify({ version: 1, off: [...off] }));
    },
  };
}
