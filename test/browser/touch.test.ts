// A phone: nothing lies on what people read, and nothing needs to be pushed aside to be read.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { type Header, renderHeader } from "../../src/render/header.ts";
import { describeInBrowser, openThread, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const HEADER: Header = {
  version: "0.1.0",
  directory: "/tmp/mm-claude-demo-x1Y2z3/tiny-cart-of-the-team",
  home: "/home/alice",
  owner: "alice",
  participants: ["bob", "carol", "somebody-with-a-long-name"],
  status: { kind: "live", slot: 1, background: 0 },
  maxSessions: 5,
  isAuto: false,
};

describeInBrowser("a phone's browser", () => {
  let chat: Chat;

  async function open(): Promise<Page> {
    chat = await startChat();
    const words = "words that go on to the very edge of the screen, ".repeat(4);
    const root = await chat.post("alice", `do something with ${words}`);
    for (const text of [words, "and more", words]) await chat.post("bob", text);
    for (const text of [renderHeader(HEADER), words, words]) await chat.post("claude-code", text, root);
    return visit(`${chat.address}#alice`, PHONE);
  }

  /** What lies on a button that is seen, as far as it is words. */
  const covered = (page: Page, where: string): Promise<unknown> =>
    page.evaluate(`
      [...document.querySelectorAll("#${where} .toolbar button")].flatMap((button) => {
        const isSeen = button.checkVisibility({ opacityProperty: true, visibilityProperty: true });
        const icon = button.querySelector("svg").getBoundingClientRect();
        const post = button.closest(".post");
        const words = document.createTreeWalker(post, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        const found = [];
        while (isSeen && words.nextNode()) {
          range.selectNodeContents(words.currentNode);
          for (const box of range.getClientRects()) {
            const isOver = box.left < icon.right && icon.left < box.right && box.top < icon.bottom - 1 && icon.top + 1 < box.bottom;
            if (isOver) found.push(words.currentNode.textContent);
          }
        }
        return found;
      })`);

  test("a post's buttons lie on no words, and stand beside their own post's name, not beside the day", async () => {
    const page = await open();
    await page.locator("#channel .post", { hasText: "and more" }).waitFor();
    expect(await covered(page, "channel")).toEqual([]);
    const first = page.locator("#channel .post").first();
    expect(await first.getAttribute("data-day")).toBe("Today");
    const [button, name] = await Promise.all([
      first.getByRole("button", { name: "Add a reaction" }).boundingBox(),
      first.locator(".name").boundingBox(),
    ]);
    const middle = (box: typeof name): number => (box ? box.y + box.height / 2 : Number.NaN);
    expect(Math.abs(middle(button) - middle(name))).toBeLessThan(8);
  });

  test("a post whose name isn't repeated shows its buttons when it is tapped", async () => {
    const page = await open();
    const compact = page.locator("#channel .post.compact", { hasText: "and more" });
    await compact.waitFor();
    const react = compact.getByRole("button", { name: "Add a reaction" });
    expect(await react.count()).toBe(0);
    await compact.locator(".body").tap();
    await react.tap();
    await page.locator("dialog.picker button").first().tap();
    await compact.locator(".chip").waitFor();
  });

  test("a session's header is read without scrolling sideways", async () => {
    const page = await open();
    await openThread(page, "do something");
    const table = page.locator("#thread .table");
    await table.locator("td", { hasText: "tiny-cart-of-the-team" }).waitFor();
    const [inside, outside] = (await table.evaluate((box) => {
      const { scrollWidth, clientWidth } = box as unknown as { scrollWidth: number; clientWidth: number };
      return [scrollWidth, clientWidth];
    })) as [number, number];
    expect(inside).toBe(outside);
    // The names of the rows stay whole.
    expect((await table.locator("td", { hasText: "Participants" }).boundingBox())?.height).toBeLessThan(80);
    expect(await covered(page, "thread")).toEqual([]);
  });
});
