// A real browser for tests: finds the machine's own, opens pages in it, and fails a test whose page complains.
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished } from "vitest";
import { browserPath } from "../support/browser-path.ts";

let browser: Browser | undefined;

/** Tests that share one browser. */
export function describeInBrowser(what: string, tests: () => void): void {
  describe.skipIf(browserPath === undefined)(what, () => {
    beforeAll(async () => {
      // Tests may run as root, in a container without much shared memory.
      const args = ["--no-sandbox", "--disable-dev-shm-usage"];
      browser = await chromium.launch({ executablePath: browserPath ?? "", args });
    });
    afterAll(() => browser?.close());
    tests();
  });
}

/** Another person's computer: cookies and storage of its own, for the rest of the test. */
export async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  if (browser === undefined) throw new Error("Only for tests that are described in a browser");
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  return context;
}

export interface OpenPage {
  readonly page: Page;
  /** What the page's console called an error, and exceptions nobody caught. */
  readonly complaints: readonly string[];
}

export async function openPage(address: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // The browser also tells of every no of the API, which is the page's to show.
    const isRefusal = message.location().url.includes("/api/v4/");
    if (message.type() === "error" && !isRefusal) complaints.push(message.text());
  });
  await page.goto(address);
  await page.locator("#channel .post").first().waitFor();
  return { page, complaints };
}

/** The test fails when the page complained. */
export async function visit(address: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page, complaints } = await openPage(address, options);
  onTestFinished(() => expect(complaints).toEqual([]));
  return page;
}

/** Writes in the channel, or in the open thread, and sends it by Enter. */
export async function say(page: Page, text: string, where: "channel" | "thread" = "channel"): Promise<void> {
  const box = page.locator(`#${where} textarea`);
  await box.fill(text);
  await box.press("Enter");
  await expect.poll(() => box.inputValue()).toBe("");
}

/** Opens the thread of the newest root that holds `text`, once it has a reply. */
export async function openThread(page: Page, text: string): Promise<void> {
  const root = page.locator("#channel .post", { hasText: text }).last();
  await root.locator(".thread-link").click();
  await page.locator("#thread .post").first().waitFor();
}

/** Clicks a choice of the newest card that is open. */
export async function choose(page: Page, label: string | RegExp): Promise<void> {
  await page
    .locator("#thread .choice", { has: page.getByText(label, { exact: true }) })
    .last()
    .click();
}

/** Waits until the open thread says something. */
export async function reads(page: Page, text: string | RegExp): Promise<void> {
  await page.locator("#thread .body", { hasText: text }).last().waitFor();
}

/** The open thread as its readers see it: what each post says, in its attachments too. */
export async function threadTexts(page: Page): Promise<string[]> {
  const posts = await page.locator("#thread .post").all();
  const texts = await Promise.all(posts.map((post) => post.locator(".body:visible").allInnerTexts()));
  return texts.map((parts) => parts.filter((part) => part !== "").join("\n"));
}
