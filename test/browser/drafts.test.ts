// What is being written while a message is on its way: neither lost nor sent.
import type { Page, Route } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, openThread, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";

describeInBrowser("writing on while a message is on its way", () => {
  let chat: Chat;

  async function open(): Promise<Page> {
    chat = await startChat();
    const root = await chat.post("alice", "Hello.");
    await chat.post("bob", "Hello yourself.", root);
    return visit(`${chat.address}#alice`);
  }

  /** What is sent reaches the server; its answer waits until it is let through. */
  async function holdAnswers(page: Page): Promise<() => void> {
    let letThrough = (): void => {};
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route("**/api/v4/posts", async (route: Route) => {
      const response = await route.fetch();
      await held;
      await route.fulfill({ response });
    });
    return letThrough;
  }

  const shown = (page: Page, text: string, where: "channel" | "thread" = "channel") =>
    page.locator(`#${where} .post`, { hasText: text });

  async function send(page: Page, text: string, where: "channel" | "thread" = "channel"): Promise<void> {
    const box = page.locator(`#${where} textarea`);
    await box.fill(text);
    await box.press("Enter");
  }

  test("a command the server doesn't know goes as a message once, and what is written meanwhile stays", async () => {
    const page = await open();
    const letThrough = await holdAnswers(page);
    await send(page, "/nonsense please");
    const button = page.getByRole("button", { name: "Send as a message" });
    await button.click();
    await shown(page, "/nonsense please").waitFor();
    await button.click();
    const box = page.locator("#channel textarea");
    await box.fill("the next thought");
    letThrough();
    await expect.poll(() => button.count()).toBe(0);
    expect(await box.inputValue()).toBe("the next thought");
    await chat.post("bob", "the end");
    await shown(page, "the end").waitFor();
    expect(await shown(page, "/nonsense please").count()).toBe(1);
  });

  test("a draft in a thread that was closed and opened again meanwhile survives a reload", async () => {
    const page = await open();
    await openThread(page, "Hello.");
    const letThrough = await holdAnswers(page);
    await send(page, "the first", "thread");
    await shown(page, "the first", "thread").waitFor();
    await page.keyboard.press("Escape");
    await openThread(page, "Hello.");
    await page.locator("#thread textarea").fill("the second");
    const answered = page.waitForResponse("**/api/v4/posts");
    letThrough();
    await (await answered).finished();
    // What is done then is done before the browser has time to draw.
    await page.evaluate(
      "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
    );
    await page.reload();
    await shown(page, "the first", "thread").waitFor();
    expect(await page.locator("#thread textarea").inputValue()).toBe("the second");
  });

  test("a file that is added meanwhile is a draft: no thread opens in its place", async () => {
    const page = await open();
    const letThrough = await holdAnswers(page);
    await send(page, "good morning");
    const root = await shown(page, "good morning").getAttribute("data-id");
    const file = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("words") };
    await page.locator("#channel input[type=file]").setInputFiles(file);
    await page.locator("#channel .pending-file", { hasText: "5 B" }).waitFor();
    await chat.post("claude-code", "good day", root ?? "");
    await shown(page, "good morning").locator(".thread-link", { hasText: "1 reply" }).waitFor();
    letThrough();
    await expect.poll(() => page.locator("#channel textarea").inputValue()).toBe("");
    expect(await page.locator("#thread").isVisible()).toBe(false);
    expect(await page.locator("#channel .pending-file").count()).toBe(1);
  });
});
