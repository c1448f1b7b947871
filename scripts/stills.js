// Takes the pictures of docs/projects.md: a session on a branch of its own, beside the other channels: `npm run stills`.

import { join } from "node:path";
import { inDemo, LIGHT, ROOT } from "./demo-in-browser.js";

const PICTURE = join(ROOT, "docs/projects.png");
const WORDS = "@claude-code on branch fix-total: run the tests and fix what fails";

await inDemo(async (browser, address) => {
  const context = await browser.newContext({ ...LIGHT, viewport: { width: 1180, height: 820 } });
  const page = await context.newPage();
  await page.goto(address);
  await page.locator("#channel .post").first().waitFor();
  const box = page.locator("#channel textarea");
  await box.fill(WORDS);
  await box.press("Enter");
  await page.locator("#channel .thread-link").click();
  const allowAll = page.getByText("Allow all for this session", { exact: true });
  await page.locator("#thread .choice", { has: allowAll }).last().click();
  await page.locator("#thread .body", { hasText: "All tests pass now" }).last().waitFor();
  await page.locator("#thread td", { hasText: "+1 −1" }).first().waitFor();
  const reply = page.locator("#thread textarea");
  await reply.fill("!diff");
  await reply.press("Enter");
  await page.locator("#thread .body", { hasText: "since main" }).last().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.locator("#thread .body table").first().scrollIntoViewIfNeeded();
  await page.mouse.move(5, 815);
  await page.screenshot({ path: PICTURE });
  console.log(PICTURE);
});
