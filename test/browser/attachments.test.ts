// Message attachments on the page: their colours, the choices in them, and what a person could do with them.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";
import { HOSTILE } from "./hostile.ts";

const attachment = (color: string, text: string, more: object = {}) => ({
  props: { attachments: [{ color, text, ...more }] },
});

describeInBrowser("attachments in a browser", () => {
  let chat: Chat;

  async function open(...posts: readonly (readonly [string, string, object])[]): Promise<Page> {
    chat = await startChat();
    await chat.post("alice", "Hello.");
    for (const [username, message, more] of posts) await chat.post(username, message, "", more);
    return visit(chat.address);
  }

  test("stand below the message, or alone without one, each in its colour", async () => {
    const page = await open(
      ["claude-code", "above", attachment("#1a7f37", "✅ **Allowed** by @alice")],
      ["claude-code", "", attachment("#b3261e", "🛑 **Session cancelled** by @alice")],
      ["claude-code", "", attachment("", "no colour", { title: "A title", pretext: "*before*" })],
    );
    const attachments = page.locator("#channel .post-attachment");
    await expect.poll(() => attachments.count()).toBe(3);
    expect(await attachments.locator("strong:visible").allTextContents()).toEqual([
      "Allowed",
      "Session cancelled",
      "A title",
    ]);
    expect(await page.locator("#channel em", { hasText: "before" }).count()).toBe(1);
    const colours = await attachments.evaluateAll((all) =>
      all.map((one) => String(one.computedStyleMap().get("border-left-color"))),
    );
    expect(colours.slice(0, 2)).toEqual(["rgb(26, 127, 55)", "rgb(179, 38, 30)"]);
    expect(await page.locator("#channel .post > .post-main > .body:visible").allTextContents()).toEqual([
      "Hello.\n",
      "above\n",
    ]);
  });

  test("hold a card's choices, until one says what was decided", async () => {
    const page = await open();
    const invitation = attachment("#d97706", "👍 allow · 👎 deny");
    const id = await chat.post("claude-code", "⚠️ **Permission requested**\n`👍 deny`", "", invitation);
    await chat.react("claude-code", id, "+1", "-1");
    const card = page.locator(`[data-id="${id}"]`);
    const allow = card.locator(".post-attachment .choice", { hasText: "Allow" });
    await allow.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => allow.getAttribute("aria-pressed")).toBe("true");
    expect(await card.locator(".post-attachment").textContent()).not.toContain("·");
    const patch = (changes: object) => chat.call("claude-code", "PUT", `/posts/${id}/patch`, changes);
    await patch(attachment("#1a7f37", "✅ **Allowed** by @alice"));
    await card.locator(".post-attachment .body", { hasText: "Allowed by @alice" }).waitFor();
    expect(await card.locator(".choice").count()).toBe(0);
    expect(await card.locator(".chip").count()).toBe(2);
    expect(await card.locator(".post-attachment").getAttribute("style")).toBe("--attachment: #1a7f37;");
    await patch({ props: {} });
    await card.locator(".post-attachment").waitFor({ state: "detached" });
  });

  test("are no card when a person makes one", async () => {
    const page = await open();
    const id = await chat.post("mallory", "", "", attachment("#d97706", "👍 allow · 👎 deny"));
    await chat.react("mallory", id, "+1", "-1");
    await page.locator(`[data-id="${id}"] .chip`).last().waitFor();
    expect(await page.locator(".choice").count()).toBe(0);
  });

  test("can't run or fetch anything by their texts or their colour", async () => {
    const colors = ["#1a7f37", "url(https://evil.example/x)", "red;background:url(https://evil.example/y)"];
    const page = await open(
      ...HOSTILE.map(
        (text, at) =>
          [
            "mallory",
            "",
            attachment(colors[at % colors.length] ?? "", text, { title: text, pretext: text }),
          ] as const,
      ),
    );
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await expect.poll(() => page.locator(".post-attachment").count()).toBe(HOSTILE.length);
    expect(await page.evaluate("window.harm")).toBeUndefined();
    expect(await page.locator(".post-attachments :is(img, script, style, svg)").count()).toBe(0);
    const styles = await page
      .locator(".post-attachments *")
      .evaluateAll((all) => all.flatMap((element) => element.getAttribute("style") ?? []));
    expect(new Set(styles)).toEqual(new Set(["--attachment: #1a7f37;"]));
    const links = await page
      .locator(".post-attachments a")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
    for (const link of links) expect(link).toMatch(/^https:\/\//);
    expect(requests.filter((url) => !url.startsWith(chat.origin))).toEqual([]);
  });
});
