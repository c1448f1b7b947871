// How real servers, 7.10 and 10.11, mark what bot accounts and webhooks post.

import { expect, test } from "vitest";
import { decodeFrame } from "../../src/mattermost/frame.ts";
import type { Post } from "../../src/mattermost/types.ts";
import { framesOf } from "../support/server-recording.ts";

const posted = (version: string): { readonly post: Post; readonly props: string[] }[] =>
  framesOf(version).flatMap((frame) => {
    const decoded = decodeFrame(JSON.stringify(frame));
    if (decoded?.kind !== "event" || decoded.event.type !== "posted") return [];
    const { data } = frame as { data: { post: string } };
    const { props } = JSON.parse(data.post) as { props: object };
    return [{ post: decoded.event.post, props: Object.keys(props) }];
  });

test.each(["7.10", "10.11"])("%s marks a bot account's own post, and mm-claude knows it", (version) => {
  const ofBots = posted(version).filter(({ props }) => props.includes("from_bot"));
  expect(ofBots).not.toEqual([]);
  for (const { post, props } of ofBots) {
    const isMarkedOtherwise = props.some((key) => key.startsWith("mm_claude_"));
    expect(post).toMatchObject({ isFromPerson: false });
    expect(post.isFromBot).toBe(isMarkedOtherwise ? undefined : true);
  }
});

test("nothing in a webhook's post tells which webhook it came from: it is neither a person's nor a bot's", () => {
  const [ofHook] = posted("7.10").filter(({ props }) => props.includes("from_webhook"));
  expect(ofHook?.props).toEqual(["from_webhook", "webhook_display_name"]);
  expect(ofHook?.post).toMatchObject({ isFromPerson: false });
  expect(ofHook?.post.isFromBot).toBeUndefined();
});
