// The demo's scenes end to end, and what happens around them: two people, two pages, a picture, a reload. The
// browser, the server, the bridge and the CLI are real; only the model follows a script.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, startDemo } from "../support/demo.ts";
import { choose, describeInBrowser, openThread, reads, say, threadTexts, visit } from "./browser.ts";

describeInBrowser("the demo in a browser", () => {
  let demo: Demo;

  beforeAll(async () => {
    demo = await startDemo();
  });
  afterAll(async () => {
    expect(await demo?.stop()).toBe(0);
  });

  const open = (person = "alice"): Promise<Page> => visit(`${demo.address}#${person}`);

  /** Clicks one of the cards and sends what it wrote; the first answer opens the thread. */
  async function tryOut(page: Page, title: string): Promise<void> {
    await page.locator(".try", { has: page.getByText(title, { exact: true }) }).click();
    const box = page.locator("#channel textarea");
    await expect.poll(() => box.inputValue()).toMatch(/^@claude-code /);
    const text = await box.inputValue();
    await box.press("Enter");
    await page.locator("#thread .post", { hasText: text.replace("@claude-code ", "") }).waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.closest('#thread') !== null")).toBe(true);
  }

  test("ask: an answer streams in with a line for every tool, a table, code and a task list", async () => {
    const page = await open();
    await tryOut(page, "Ask");
    await reads(page, "Say run the tests and fix what fails");
    const thread = page.locator("#thread");
    expect(await thread.locator(".body", { hasText: "Read src/cart.js ↳ ✅" }).count()).toBeGreaterThan(0);
    expect(await thread.locator("td", { hasText: "src/format.js" }).count()).toBe(1);
    expect(await thread.locator("pre .hljs-title").count()).toBeGreaterThan(0);
    expect(await thread.locator(".task").count()).toBe(3);
    expect(await thread.locator(".task-done").count()).toBe(1);
  });

  test("approve: nothing runs before the click, the diff is shown, and the tests pass in the end", async () => {
    const page = await open();
    await tryOut(page, "Approve");
    await reads(page, "node --test");
    expect((await threadTexts(page)).join()).not.toContain("Allowed");
    await choose(page, "Allow");
    await page.locator("#thread .hljs-addition", { hasText: "line.cents * line.count" }).waitFor();
    await choose(page, "Allow all for this session");
    await reads(page, "All tests pass now.");
    await reads(page, "Tasks (3/3)");
    // Nothing is left to click, and what was chosen stays to be seen.
    await expect.poll(() => page.locator("#thread .choice").count()).toBe(0);
    expect(await page.locator('#thread .chip[aria-pressed="true"]').count()).toBe(2);
  });

  test("rule: such commands are let through by one click, and the list says so", async () => {
    const page = await open();
    await tryOut(page, "Rule");
    await choose(page, "Always here: npm test …");
    await reads(page, "Both runs are done.");
    await say(page, "!rules", "thread");
    await reads(page, "npm test");
  });

  test("background: what runs beside the talk has a post, and is stopped by itself", async () => {
    const page = await open();
    await tryOut(page, "Background");
    await choose(page, "Allow");
    await reads(page, "It runs beside us.");
    await reads(page, "Task 1");
    await say(page, "!tasks stop 1", "thread");
    await reads(page, "was stopped by @alice");
    await say(page, "!mode plan", "thread");
    await reads(page, "Mode: plan, set by @alice");
  });

  test("routine: kept by a click, and begun in a thread of its own", async () => {
    const page = await open();
    await tryOut(page, "Routine");
    await choose(page, "Keep it");
    await reads(page, "as routine 1");
    await say(page, "@claude-code !routines run 1", "thread");
    await page.locator("#channel .post", { hasText: "Routine 1 of" }).waitFor();
    const run = page.locator("#channel .post", { hasText: "Routine 1 of" });
    await run.getByText(/^\d+ repl(?:y|ies)$/).click();
    await reads(page, "Started by");
  });

  test("plan: changed by a reply, agreed to by a click, built and tested, and undone", async () => {
    const page = await open();
    await tryOut(page, "Plan");
    await reads(page, "Prices keep their zeros");
    await say(page, "Mention it in the README too", "thread");
    await reads(page, /as you wished:[\s\S]*Mention it in the README too/);
    await choose(page, "Start building");
    await page.locator("#thread .hljs-addition", { hasText: "padStart" }).waitFor();
    await choose(page, "Allow all for this session");
    await reads(page, "Done as planned");
    // The turn ends a moment after its last words.
    await expect.poll(() => page.locator("#thread .typing").textContent()).not.toContain("typing");
    await say(page, "!undo", "thread");
    await reads(page, "Going back changes");
    await choose(page, "Put them back as they were");
    await reads(page, "Undone by @alice");
  });

  test("question: a free-text answer, then several choices", async () => {
    const page = await open();
    await tryOut(page, "Question");
    await reads(page, "Which tone shall the release note have?");
    await say(page, "Like a pirate", "thread");
    await reads(page, "What shall be in it?");
    await choose(page, "Fixes");
    await choose(page, "Thanks");
    await expect.poll(() => page.locator('#thread .choice[aria-pressed="true"]').count()).toBe(2);
    await choose(page, "Done");
    await reads(page, /tiny-cart 0\.4\.0[\s\S]*Like a pirate[\s\S]*Fixes[\s\S]*Thanks/);
    expect((await threadTexts(page)).at(-1)).not.toContain("Upgrading");
  });

  test("picture: the drawing goes along, is shown, and reaches Claude", async () => {
    const page = await open();
    await tryOut(page, "Picture");
    await reads(page, "that the picture reached me is real");
    expect(await page.locator("#thread .picture img").getAttribute("alt")).toBe("receipt.png");
    expect(await page.locator("#thread td", { hasText: "25.50 €" }).count()).toBe(1);
  });

  test("file: the change comes as a file that can be downloaded", async () => {
    const page = await open();
    await tryOut(page, "File");
    await choose(page, "Allow");
    await reads(page, "There it is, ready for git apply.");
    expect(await page.locator("#thread").getByText("change.patch", { exact: true }).count()).toBeGreaterThan(
      0,
    );
    expect((await threadTexts(page)).join()).toContain("Sent change.patch ↳ ✅");
  });

  test("look up: Bob's words of yesterday are found and quoted", async () => {
    const page = await open();
    await tryOut(page, "Look up");
    await reads(page, "15 percent on everything but tea");
    expect(await page.locator("#thread blockquote", { hasText: "15 percent" }).count()).toBe(1);
  });

  test("guest: Carol speaks up by herself, and is heard once that is allowed", async () => {
    const page = await open();
    await tryOut(page, "Guest");
    await reads(page, "@carol wants to send a message");
    expect((await threadTexts(page)).join()).not.toContain("tiny-cart is a shopping cart");
    await choose(page, "Allow this message");
    await reads(page, "Say run the tests and fix what fails");
  });

  test("long answer: it goes on in a second post, whole", async () => {
    const page = await open();
    await tryOut(page, "Long answer");
    // It takes its time: it is the words that go on which are waited for.
    for (const chapter of [6, 12, 18]) await reads(page, `${chapter}. The`);
    await reads(page, "Every chapter was shown once, and none was cut.");
    const chapters = await page.locator("#thread .size-2").allTextContents();
    expect(chapters.map((title) => Number.parseInt(title, 10))).toEqual(
      Array.from({ length: 24 }, (_, at) => at + 1),
    );
    expect(await page.locator("#thread .post", { has: page.locator(".size-2") }).count()).toBeGreaterThan(1);
  });

  test("a guest's message waits for the owner, and both pages show the same", async () => {
    const alice = await open("alice");
    await say(alice, "@claude-code hello from alice");
    await openThread(alice, "hello from alice");
    await reads(alice, "I only follow a script");
    const carol = await open("carol");
    await openThread(carol, "hello from alice");
    await say(carol, "explain this project to me", "thread");
    await reads(alice, "@carol wants to send a message");
    await choose(alice, "Allow this message");
    await reads(carol, "Say run the tests and fix what fails");
    await expect
      .poll(async () => (await threadTexts(alice)).join("\n"))
      .toBe((await threadTexts(carol)).join("\n"));
  });

  test("an answer that comes before the server has said that it has the message opens the thread too", async () => {
    const page = await open("bob");
    await page.route("**/api/v4/posts", async (route) => {
      const response = await route.fetch();
      await page.locator("#channel .post", { hasText: "ahead of time" }).locator(".thread-link").waitFor();
      await route.fulfill({ response });
    });
    await page.locator("#channel textarea").fill("@claude-code ahead of time");
    await page.locator("#channel textarea").press("Enter");
    await page.locator("#thread .post", { hasText: "ahead of time" }).waitFor();
    expect(await page.locator("#channel textarea").inputValue()).toBe("");
  });

  test("a reload in the middle of a turn loses nothing, not even a draft", async () => {
    const page = await open("bob");
    await say(page, "@claude-code describe this code for bob");
    await openThread(page, "for bob");
    await reads(page, "have a look around");
    await page.locator("#thread textarea").fill("half a thought");
    await page.reload();
    await reads(page, "Say run the tests and fix what fails");
    // The header says so a moment after the turn's end.
    await reads(page, "% of context");
    expect(await page.locator("#thread textarea").inputValue()).toBe("half a thought");
    expect(await page.locator('#people [aria-checked="true"]').textContent()).toContain("bob");
    const reloaded = await threadTexts(page);
    const other = await open("alice");
    await openThread(other, "for bob");
    await reads(other, "Say run the tests and fix what fails");
    await expect.poll(() => threadTexts(other)).toEqual(reloaded);
  });

  test("an uploaded picture is shown, reaches Claude, and can be taken back", async () => {
    const page = await open();
    const picture = Buffer.from(RED_PIXEL, "base64");
    await page.locator("#channel input[type=file]").setInputFiles([
      { name: "shot one.png", mimeType: "image/png", buffer: picture },
      { name: "other.png", mimeType: "image/png", buffer: picture },
    ]);
    await page.getByRole("button", { name: "Remove other.png" }).click();
    await say(page, "@claude-code have you got this picture?");
    await openThread(page, "have you got this picture?");
    await reads(page, "I have got a picture (image/png)");
    const shown = page.locator("#thread .picture img");
    expect(await shown.getAttribute("alt")).toBe("shot one.png");
    await expect
      .poll(() => shown.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth))
      .toBe(1);
    const [saved] = await Promise.all([page.waitForEvent("download"), shown.click()]);
    expect(saved.suggestedFilename()).toBe("shot one.png");
  });

  test("❌ from the picker ends the session", async () => {
    const page = await open();
    await say(page, "@claude-code hello and goodbye");
    await openThread(page, "hello and goodbye");
    await reads(page, "I only follow a script");
    const root = page.locator("#thread .post").first();
    await root.hover();
    await root.getByRole("button", { name: "Add a reaction" }).click();
    await page.getByRole("button", { name: "x: stop the session" }).click();
    await reads(page, "Session cancelled by @alice");
  });
});

const RED_PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
