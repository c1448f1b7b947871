// The page's weight, which is a promise, and its speed, which is told: a busy machine must not fail a test.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, openPage } from "./browser.ts";
import { startChat } from "./chat.ts";

const PAGE = fileURLToPath(new URL("../../sandbox/dist/page", import.meta.url));
const POSTS = 500;

const tell = (line: string): void => void process.stdout.write(`  measured: ${line}\n`);

test("the page weighs less than 400 kB, renderer and highlighter included", () => {
  const files = readdirSync(PAGE, { recursive: true, encoding: "utf8" });
  const served = files.filter((name) => /\.(html|css|m?js|svg)$/.test(name));
  const bytes = served.reduce((sum, name) => sum + statSync(join(PAGE, name)).size, 0);
  tell(`page ${Math.round(bytes / 1000)} kB in ${served.length} files`);
  expect(bytes).toBeLessThan(400_000);
});

describeInBrowser("how fast the page is", () => {
  test("the first paint comes soon, and 500 posts in a thread open, scroll and update", async () => {
    const chat = await startChat();
    const root = await chat.post("alice", "@claude-code a very long thread");
    for (let at = 1; at < POSTS; at += 1) {
      await chat.post(at % 5 === 0 ? "alice" : "claude-code", postNumber(at), root);
    }
    const open = await openPage(chat.address);
    const { page } = open;
    const paint = await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    tell(`first contentful paint ${Math.round(Number(paint))} ms`);

    await page.evaluate(WATCH_FRAMES);
    const posts = page.locator("#thread .post");
    const opened = performance.now();
    await page.locator("#channel .thread-link").click();
    await expect.poll(() => posts.count(), { timeout: 20_000 }).toBe(POSTS);
    tell(`${POSTS} posts drawn in ${Math.round(performance.now() - opened)} ms, ${await pause(page)}`);
    expect(await isAtEnd(page)).toBe(true);

    await page.locator("#thread .scroller").hover();
    for (let at = 0; at < 60; at += 1) {
      await page.mouse.wheel(0, at < 30 ? -3000 : 3000);
      await page.evaluate("new Promise(requestAnimationFrame)");
    }
    tell(`scrolled up and down, ${await pause(page)}`);
    await page.evaluate("document.querySelector('#thread .scroller').scrollTop = 1e9");
    await expect.poll(() => isAtEnd(page)).toBe(true);
    await pause(page);

    const growing = await chat.post("claude-code", "It", root);
    let text = "It";
    for (let at = 0; at < 40; at += 1) {
      text += ` grows${at % 8 === 7 ? "\n\n```js\nconst x = 1;\n```\n\n" : ""}`;
      await chat.call("claude-code", "PUT", `/posts/${growing}/patch`, { message: text });
      if (at % 4 === 0) await chat.post("alice", `in between ${at}`, root);
    }
    await expect.poll(() => posts.count()).toBe(POSTS + 11);
    await page.locator(`#thread [data-id="${growing}"]`, { hasText: /(grows\s*){8}/ }).waitFor();
    tell(`40 edits and 10 posts came in, ${await pause(page)}`);
    expect(await isAtEnd(page)).toBe(true);
    expect(open.complaints).toEqual([]);
  });
});

/** The main thread was busy from one of these to the next. */
const WATCH_FRAMES = `
  window.longestPause = 0;
  let last = performance.now();
  const port = new MessageChannel();
  port.port1.onmessage = () => {
    const now = performance.now();
    window.longestPause = Math.max(window.longestPause, now - last);
    last = now;
    setTimeout(() => port.port2.postMessage(0), 1);
  };
  port.port2.postMessage(0);`;

/** The longest pause since it was last asked for. */
async function pause(page: Page): Promise<string> {
  const ms = await page.evaluate("const ms = window.longestPause; window.longestPause = 0; ms");
  return `longest pause ${Math.round(Number(ms))} ms`;
}

function isAtEnd(page: Page): Promise<boolean> {
  return page.evaluate(
    "(() => { const s = document.querySelector('#thread .scroller'); return s.scrollHeight - s.scrollTop - s.clientHeight < 80 })()",
  );
}

function postNumber(at: number): string {
  switch (at % 5) {
    case 0:
      return `Please go on with step ${at}, @claude-code`;
    case 1:
      return `📄 **Read** \`src/module-${at}.ts\` ↳ ✅ ${at} lines\n📄 **Read** \`src/other.ts\` ↳ ✅ 7 lines`;
    case 2:
      return `✏️ **Edit** \`src/module-${at}.ts\` ↳ ✅\n\`\`\`diff\n@@ -1,4 +1,4 @@\n import { a } from "./a.ts";\n-const x = a(${at});\n+const x = a(${at + 1});\n export { x };\n\`\`\``;
    case 3:
      return `| File | Lines |\n|:--|--:|\n| a.ts | ${at} |\n| b.ts | 12 |\n\n- [x] one\n- [ ] two`;
    default:
      return `\`\`\`ts\nexport function step${at}(count: number): string {\n  return \`\${count} of ${at}\`;\n}\n\`\`\`\nThat is **step ${at}**. It _reads_ well.`;
  }
}
