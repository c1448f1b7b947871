// Where the focus is when what held it is drawn anew or goes away: never nowhere.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";

const ask = (text: string) => ({ props: { attachments: [{ color: "#e8a33d", text }] } });

describeInBrowser("the focus in a browser", () => {
  let chat: Chat;

  async function open(): Promise<Page> {
    chat = await startChat();
    await chat.post("bob", "Hello.");
    return visit(`${chat.address}#alice`);
  }

  /** The post in which the focus is, and the words of what has it. */
  const focus = (page: Page): Promise<unknown> =>
    page.evaluate(
      "[document.activeElement.closest('.post')?.dataset.id ?? undefined, document.activeElement.matches('.post') ? 'the post' : document.activeElement.innerText.trim()]",
    );

  test("stays on a choice that was made, and goes to the card once that is decided", async () => {
    const page = await open();
    const id = await chat.post("claude-code", "⚠️ **Permission requested**", "", ask("👍 allow · 👎 deny"));
    await chat.react("claude-code", id, "+1", "-1");
    const allow = page.locator(`[data-id="${id}"] .choice`, { hasText: "Allow" });
    await allow.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => allow.getAttribute("aria-pressed")).toBe("true");
    expect(await focus(page)).toEqual([id, expect.stringContaining("Allow")]);
    await chat.call("claude-code", "PUT", `/posts/${id}/patch`, ask("✅ **Allowed** by @alice"));
    await page.locator(`[data-id="${id}"] .body`, { hasText: "Allowed by @alice" }).waitFor();
    expect(await focus(page)).toEqual([id, "the post"]);
    await page.keyboard.press("ArrowUp");
    expect(await focus(page)).not.toEqual([id, "the post"]);
    expect(await focus(page)).toEqual([expect.any(String), "the post"]);
  });

  test("stays on a reaction that others join, and goes to the post when it is taken back", async () => {
    const page = await open();
    const id = await chat.post("bob", "hooray");
    await chat.react("alice", id, "tada");
    await chat.react("bob", id, "heart");
    const chip = page.locator(`[data-id="${id}"] .chip`).first();
    await page.locator(`[data-id="${id}"] .chip`).nth(1).waitFor();
    await chip.focus();
    await chat.react("bob", id, "tada");
    await expect.poll(() => chip.textContent()).toMatch(/2/);
    expect(await focus(page)).toEqual([id, expect.stringContaining("🎉")]);
    await chat.call("bob", "DELETE", `/users/me/posts/${id}/reactions/tada`);
    await expect.poll(() => chip.textContent()).toMatch(/1/);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(`[data-id="${id}"] .chip`).count()).toBe(1);
    expect(await focus(page)).toEqual([id, "the post"]);
  });

  test("stays on the way to a thread in which somebody writes, and on a code's button while its post grows", async () => {
    const page = await open();
    const id = await chat.post("bob", "a question\n```\ncode\n```\nand");
    await chat.post("bob", "one", id);
    const link = page.locator(`[data-id="${id}"] .thread-link`);
    await link.focus();
    await chat.post("carol", "two", id);
    await expect.poll(() => link.textContent()).toContain("2 replies");
    expect(await focus(page)).toEqual([id, expect.stringContaining("2 replies")]);
    await page.locator(`[data-id="${id}"] .copy`).focus();
    await chat.call("bob", "PUT", `/posts/${id}/patch`, {
      message: "a question\n```\ncode 2\n```\nand so on",
    });
    await page.locator(`[data-id="${id}"] pre`, { hasText: "code 2" }).waitFor();
    expect(await focus(page)).toEqual([id, "Copy"]);
  });

  test("goes to a neighbour when its post is deleted", async () => {
    const page = await open();
    const id = await chat.post("bob", "soon gone");
    await page.locator(`[data-id="${id}"]`).focus();
    await chat.call("bob", "DELETE", `/posts/${id}`);
    await page.locator(`[data-id="${id}"]`).waitFor({ state: "detached" });
    expect(await focus(page)).toEqual([expect.any(String), "the post"]);
  });

  test("stays on the channel and on the person that were chosen", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Claude Sessions" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: "alice" }).press("ArrowDown");
    await expect.poll(() => page.title()).toContain("bob");
    expect(await focus(page)).toEqual([undefined, expect.stringMatching(/^\w?\s*bob$/i)]);
    await page.getByRole("button", { name: "Claude Sessions" }).press("Enter");
    await page.locator("#channel .post").first().waitFor();
    expect(await focus(page)).toEqual([undefined, expect.stringMatching(/^#\s*Claude Sessions$/)]);
  });
});
