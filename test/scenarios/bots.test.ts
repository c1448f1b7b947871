// A build server with a bot account of its own asks; people decide, and a webhook of that same account is not heard.

import { expect, test } from "vitest";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { startWorld } from "../support/world.ts";

test("a listed bot starts a session in which people decide, also where permissions are skipped", async () => {
  const claude = inProcessClaude(async (turn) =>
    turn.say(`${turn.text}: ${await turn.ask("make it so")}. Tell @build-bot.`),
  );
  const world = await startWorld({ claudePath: "claude", environment: {}, startClaude: claude.start });
  const { sandbox, channelId, people } = world;
  const account = sandbox.createUser({ username: "build-bot", isBot: true });
  sandbox.addMember(channelId, account.id);
  const request = async (path: string, body: object): Promise<string> => {
    const response = await fetch(`${sandbox.url}/api/v4${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.token}` },
      body: JSON.stringify(body),
    });
    expect(response.ok).toBe(true);
    return ((await response.json()) as { id: string }).id;
  };
  const say = (message: string, root = "") =>
    request("/posts", { channel_id: channelId, root_id: root, message });

  const early = await say("@claude-code before it is listed");
  const listed = { ...world.project, skipPermissions: true, bots: ["build-bot"] };
  await world.serve([listed]);
  const root = await say("@claude-code the build failed");
  const card = await world.says(root, "Permission requested");
  expect(world.text(root)).toContain("🔐 **Permissions** | Interactive");
  await request("/reactions", { user_id: account.id, post_id: card.id, emoji_name: "+1" });
  await say("yes", root);
  await say("@claude-code yes", root);
  await say("@claude-code stop", root);

  const hook = sandbox.createWebhook({ userId: account.id, channelId });
  const payload = { text: "@claude-code from a webhook", props: { from_bot: "true", from_webhook: "" } };
  await fetch(hook.url, { method: "POST", body: JSON.stringify(payload) });

  await people.alice.react(card.id, "+1");
  await world.says(root, "the build failed: allow.");
  const second = await world.until(root, (posts) =>
    posts
      .filter((post) => post.userId !== account.id)
      .find((post) => /Permission requested/.test(JSON.stringify(post)) && post.id !== card.id),
  );
  // It waited, as a message of its own, and decided nothing.
  await people.alice.react(second.id, "-1");
  await world.says(root, /yes: deny\./);
  expect(sandbox.notifications.filter(({ mentioned }) => mentioned.includes(account.id))).toEqual([]);

  await world.serve([{ ...listed, bots: [] }]);
  await say("@claude-code once more", root);
  const late = await say("@claude-code and anew");
  const last = await people.alice.say("@claude-code are you there?");
  await world.says(last, "are you there?: allow.");
  const webhooks = sandbox.state.threads(channelId).filter((thread) => thread[0]?.props["from_webhook"]);
  expect(webhooks.map((thread) => thread.length)).toEqual([1]);
  for (const one of [early, late]) expect(world.thread(one)).toHaveLength(1);
  expect(world.text(root)).not.toContain("once more: ");
});
