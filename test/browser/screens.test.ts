// The page on a wide and on a narrow screen, light and dark: what a checker of accessibility says, and what hangs over.
import { expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser, openThread, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";

describeInBrowser("on every screen", () => {
  const THREAD = [
    "### Header\n\n| | |\n|:--|:--|\n| 📂 **Directory** | `~/a-very-long-directory-name/that/goes/on/and/on/tiny-cart` |",
    "```diff\n@@ -1,2 +1,2 @@\n-old\n+new line that is quite a bit longer than the screen of a phone could ever be wide\n```",
    "- [x] done\n- [ ] to do\n\n> quoted\n\n1. one\n2. two `code` https://example.com/averylongaddress/averylongaddress/averylongaddress",
    "⚠️ **Permission requested** · @alice\n💻 **Bash**\n```sh\nls -la\n```\n👍 allow · ✅ allow all for this session · 👎 deny",
  ];
  const ATTACHMENTS = [
    ["", { color: "#1a7f37", text: "✅ **Allowed** by @alice ↳ ✅ `npm test`" }],
    [
      "📋 **Plan**\n1. Do it",
      { color: "#d97706", text: "👍 start building · 👎 request changes, or reply with them" },
    ],
    ["", { color: "#b3261e", text: "🛑 **Session cancelled** by @alice https://example.com/a-long-address" }],
    [
      "⚠️ **Permission requested** · @alice\n```sh\nls\n```",
      { color: "#d97706", text: "👍 allow · ✅ allow all for this session · 👎 deny" },
    ],
  ] as const;

  async function chatWithThread(): Promise<Chat> {
    const chat = await startChat(70_000);
    await chat.post("alice", "@claude-code do something");
    const list = (await (await chat.call("alice", "GET", `/channels/${chat.channelId}/posts`)).json()) as {
      order: string[];
    };
    const say = async (message: string, more?: object): Promise<void> => {
      const id = await chat.post("claude-code", message, list.order[0], more);
      if (/Plan|Permission/.test(message)) {
        await chat.react("claude-code", id, "+1", "white_check_mark", "-1");
      }
    };
    for (const message of THREAD) await say(message);
    for (const [message, attachment] of ATTACHMENTS)
      await say(message, { props: { attachments: [attachment] } });
    return chat;
  }

  test.each([
    ["wide and light", { colorScheme: "light" as const, viewport: { width: 1280, height: 800 } }],
    ["wide and dark", { colorScheme: "dark" as const, viewport: { width: 1280, height: 800 } }],
    ["narrow and light", { colorScheme: "light" as const, viewport: { width: 375, height: 700 } }],
    ["narrow and dark", { colorScheme: "dark" as const, viewport: { width: 375, height: 700 } }],
  ])("%s: axe finds nothing serious, and nothing hangs over the edge", async (_, options) => {
    const chat = await chatWithThread();
    const page = await visit(`${chat.address}#alice`, { ...options, reducedMotion: "reduce" });
    expect(await seriousFaults(page)).toEqual([]);
    await openThread(page, "do something");
    await page
      .locator("#thread .post-attachment .choice", { hasText: "Allow all for this session" })
      .waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await page.locator("#thread .post").last().getByRole("button", { name: "Add a reaction" }).click();
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("on a phone the thread covers the channel, and people are behind a menu", async () => {
    const chat = await chatWithThread();
    const page = await visit(`${chat.address}#alice`, { viewport: { width: 375, height: 700 } });
    await page.getByRole("button", { name: "People and channels" }).click();
    await page.getByRole("radio", { name: "carol" }).click();
    await expect.poll(() => page.locator("#me").textContent()).toContain("carol");
    await openThread(page, "do something");
    await page.locator("#channel").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Close the thread" }).click();
    await page.locator("#channel").waitFor();
  });
});
