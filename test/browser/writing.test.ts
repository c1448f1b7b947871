// What people write: with files that take their time, and in a pane whose end is far away.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { describeInBrowser, openThread, say, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";

describeInBrowser("writing in a browser", () => {
  let chat: Chat;

  async function open(): Promise<Page> {
    chat = await startChat();
    await chat.post("alice", "Hello.");
    return visit(`${chat.address}#alice`);
  }

  /** Uploads wait until they are let through, or refused. */
  async function holdUploads(page: Page): Promise<(status?: number) => void> {
    let end: (status: number) => void = () => {};
    const held = new Promise<number>((resolve) => {
      end = resolve;
    });
    await page.route("**/api/v4/files", async (route) => {
      const status = await held;
      if (status === 200) return route.continue();
      return route.fulfill({ status, json: { message: "The server takes no such file." } });
    });
    return (status = 200) => end(status);
  }

  const attach = (page: Page, ...names: string[]) =>
    page
      .locator("#channel input[type=file]")
      .setInputFiles(names.map((name) => ({ name, mimeType: "text/plain", buffer: Buffer.from("words") })));

  const posted = async (): Promise<{ message: string; files: number }[]> => {
    const list = (await (await chat.call("alice", "GET", `/channels/${chat.channelId}/posts`)).json()) as {
      order: string[];
      posts: Record<string, { message: string; file_ids?: string[] }>;
    };
    return list.order.map((id) => ({
      message: list.posts[id]?.message ?? "",
      files: list.posts[id]?.file_ids?.length ?? 0,
    }));
  };

  test("Enter before the upload's end waits for it, says so, and sends once with the file", async () => {
    const page = await open();
    const letThrough = await holdUploads(page);
    await attach(page, "notes.txt", "more.txt");
    const box = page.locator("#channel textarea");
    await box.fill("see my notes");
    await box.press("Enter");
    await box.press("Enter");
    await page.locator("#channel .waiting", { hasText: "as soon as the files are uploaded" }).waitFor();
    expect(await page.locator("#channel .pending-file").allInnerTexts()).toEqual([
      expect.stringMatching(/notes\.txt\s+uploading…/),
      expect.stringMatching(/more\.txt\s+uploading…/),
    ]);
    expect(await posted()).toHaveLength(1);
    letThrough();
    await page
      .locator(".post", { hasText: "see my notes" })
      .locator(".file", { hasText: "more.txt" })
      .waitFor();
    expect(await posted()).toEqual([
      { message: "see my notes", files: 2 },
      { message: "Hello.", files: 0 },
    ]);
    // The post's event can come before the answer to the request that made it.
    await expect.poll(() => box.inputValue()).toBe("");
    await expect.poll(() => page.locator("#channel .pending-file").count()).toBe(0);
    await expect.poll(() => page.locator("#channel .waiting:visible").count()).toBe(0);
  });

  test("a message whose upload fails stays in the box, with the reason, and Enter sends it without", async () => {
    const page = await open();
    const end = await holdUploads(page);
    await attach(page, "notes.txt");
    const box = page.locator("#channel textarea");
    await box.fill("see my notes");
    await box.press("Enter");
    end(501);
    await page.locator("#channel .trouble", { hasText: "The server takes no such file." }).waitFor();
    expect(await box.inputValue()).toBe("see my notes");
    expect(await posted()).toHaveLength(1);
    await box.press("Enter");
    await expect.poll(posted).toContainEqual({ message: "see my notes", files: 0 });
  });

  test("an upload can be taken back while it runs, and the message that waited for it goes", async () => {
    const page = await open();
    const letThrough = await holdUploads(page);
    await attach(page, "notes.txt");
    const box = page.locator("#channel textarea");
    await box.fill("never mind");
    await box.press("Enter");
    await page.getByRole("button", { name: "Remove notes.txt" }).click();
    await expect.poll(posted).toContainEqual({ message: "never mind", files: 0 });
    letThrough();
    await expect.poll(() => page.locator("#channel .pending-file").count()).toBe(0);
  });

  describe("the first message's thread", () => {
    /** Writes to the bot, which answers once `meanwhile` is over. */
    async function writeAndAnswer(page: Page, text: string, meanwhile = async () => {}): Promise<void> {
      await say(page, text);
      await page.locator("#channel .body", { hasText: text }).waitFor();
      await meanwhile();
      const root = await page.locator("#channel .post", { hasText: text }).last().getAttribute("data-id");
      await chat.post("claude-code", `answer to ${text}`, root ?? "");
      await page.locator(`[data-id="${root}"] .thread-link`, { hasText: "1 reply" }).waitFor();
      await page.waitForTimeout(300);
    }

    test("opens with its first answer and takes the focus; later ones don't", async () => {
      const page = await open();
      await writeAndAnswer(page, "good morning");
      await page.locator("#thread .body", { hasText: "answer to good morning" }).waitFor();
      expect(await page.evaluate("document.activeElement.closest('aside')?.id")).toBe("thread");
      await page.keyboard.press("Escape");
      await writeAndAnswer(page, "good afternoon");
      expect(await page.locator("#thread").isVisible()).toBe(false);
    });

    test("stays closed while somebody writes on, and for what was written elsewhere", async () => {
      const page = await open();
      const box = page.locator("#channel textarea");
      const root = await chat.post("alice", "from another page");
      await chat.post("claude-code", "answer", root);
      await writeAndAnswer(page, "good morning", () => box.fill("writing on"));
      expect(await page.locator("#thread").isVisible()).toBe(false);
      expect(await box.inputValue()).toBe("writing on");
    });
  });

  test.each(["channel", "thread"] as const)("the %s is at its end after a message is sent", async (where) => {
    const page = await open();
    const root = where === "channel" ? "" : await chat.post("alice", "a root");
    const write = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 1) {
        const code = `\`\`\`js\n${"const x = 1;\n".repeat(1 + ((at * 7) % 25))}\`\`\``;
        await chat.post(at % 3 === 0 ? "alice" : "bob", at % 2 === 0 ? code : `words ${at}`, root);
      }
    };
    await write(0, 30);
    if (where === "thread") await openThread(page, "a root");
    const scroller = page.locator(`#${where} .scroller`);
    await expect.poll(() => page.locator(`#${where} .post`).count()).toBeGreaterThan(29);
    for (const [turn, from] of [0, 0.5, 0.9].entries()) {
      await scroller.evaluate((pane, part) => {
        const { scrollHeight } = pane as unknown as { scrollHeight: number };
        (pane as unknown as { scrollTop: number }).scrollTop = scrollHeight * part;
      }, from);
      await scroller.hover();
      await page.mouse.wheel(0, -300);
      // Never seen before somebody comes down to them.
      await write(30 + 30 * turn, 60 + 30 * turn);
      await expect.poll(() => page.locator(`#${where} .post`).count()).toBeGreaterThan(59 + 30 * turn);
      await say(page, `a message\n${"of lines\n".repeat(30)}from ${from}`, where);
      await page.locator(`#${where} .post`, { hasText: `from ${from}` }).waitFor();
      // A second later as well: what comes into view gets its true height late.
      for (const wait of [100, 900]) {
        await page.waitForTimeout(wait);
        expect([from, await toEnd(page, where)]).toEqual([from, 0]);
      }
    }
  });
});

/** How far the pane's end is below its edge. */
function toEnd(page: Page, where: string): Promise<number> {
  return page.evaluate(
    `(() => { const s = document.querySelector("#${where} .scroller"); return Math.round(Math.max(0, s.scrollHeight - s.scrollTop - s.clientHeight - 1)) })()`,
  );
}
