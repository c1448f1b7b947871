// The list of channels and direct messages: what is new in them, how one goes from one to another, and what becomes of
// them while one looks.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { seriousFaults } from "./axe.ts";
import { describeInBrowser, say, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";

const PHONE = { viewport: { width: 390, height: 844 } };

describeInBrowser("the channels in a browser", () => {
  interface Place {
    readonly chat: Chat;
    readonly docs: string;
    readonly plans: string;
    readonly direct: string;
  }

  async function start(): Promise<Place> {
    const chat = await startChat();
    await chat.post("bob", "Hello.");
    const docs = chat.addChannel("docs", "Docs");
    const plans = chat.addChannel("plans", "Plans", "P");
    const { id: direct } = chat.sandbox.openConversation([chat.idOf("alice"), chat.idOf("claude-code")]);
    return { chat, docs, plans, direct };
  }

  const open = ({ chat }: Place, more: object = {}, where = "alice"): Promise<Page> =>
    visit(`${chat.address}#${where}`, { reducedMotion: "reduce", ...more });
  const entry = (page: Page, name: string) => page.locator("#sidebar .entry[data-name]", { hasText: name });
  const heading = (page: Page): Promise<string | null> => page.locator("#title").textContent();
  const postIn = ({ chat }: Place, who: string, channel_id: string, message: string, root = "") =>
    chat.post(who, message, root, { channel_id });

  test("have their names, and say what is new: a dot for posts, a number for mentions", async () => {
    const place = await start();
    await postIn(place, "bob", place.docs, "news");
    await postIn(place, "bob", place.plans, "@alice look");
    await postIn(place, "claude-code", place.direct, "Ask me.");
    const page = await open(place);
    const names = page.getByRole("list", { name: "Channels" }).getByRole("button");
    expect(await names.allInnerTexts()).toHaveLength(5);
    const messages = page.getByRole("list", { name: "Direct messages" }).getByRole("button");
    const exactly = (name: string) => page.getByRole("button", { name, exact: true });
    await exactly("Docs, unread").waitFor();
    await exactly("Plans, 1 mention").waitFor();
    expect(await messages.count()).toBe(1);
    await exactly("claude-code, 1 mention").waitFor();
    await postIn(place, "bob", place.plans, "@alice look again");
    await exactly("Plans, 2 mentions").waitFor();
    expect(await entry(page, "Plans").locator(".badge").getAttribute("data-count")).toBe("2");
    await exactly("Plans, 2 mentions").click();
    await exactly("Plans").waitFor();
    await expect.poll(() => heading(page)).toBe("Plans");
    await page.locator("#channel .body", { hasText: "look again" }).waitFor();
    await expect.poll(() => mentionsOf(place, place.plans)).toBe(0);
    // What comes while one looks is read.
    await postIn(place, "bob", place.plans, "@alice once more");
    await page.locator("#channel .body", { hasText: "once more" }).waitFor();
    await expect.poll(() => mentionsOf(place, place.plans)).toBe(0);
    expect(await entry(page, "Plans").locator(".news").count()).toBe(0);
  });

  /** As the server counts alice's. */
  async function mentionsOf({ chat }: Place, channelId: string): Promise<unknown> {
    const answer = await chat.call("alice", "GET", `/channels/${channelId}/members/me`);
    return ((await answer.json()) as { mention_count: number }).mention_count;
  }

  test("what is read in one tab is read in the other", async () => {
    const place = await start();
    await postIn(place, "bob", place.docs, "@alice news");
    const [one, other] = [await open(place), await open(place)];
    await entry(other, "Docs").locator(".badge").waitFor();
    await entry(one, "Docs").click();
    await entry(other, "Docs").locator(".badge").waitFor({ state: "detached" });
  });

  test("are walked with the arrow keys and chosen with Enter; Alt with an arrow goes on from anywhere", async () => {
    const place = await start();
    await postIn(place, "bob", place.docs, "in docs");
    const page = await open(place);
    await page.getByRole("button", { name: "Claude Sessions" }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => heading(page)).toBe("Docs");
    expect(await page.evaluate("document.activeElement.dataset.name")).toBe("docs");
    await page.keyboard.press("End");
    expect(await page.evaluate("document.activeElement.innerText")).toContain("claude-code");
    await page.locator("#channel textarea").focus();
    await page.keyboard.press("Alt+ArrowUp");
    await expect.poll(() => heading(page)).toBe("Claude Sessions");
    await page.keyboard.press("Alt+ArrowUp");
    await expect.poll(() => heading(page)).toBe("claude-code");
    await page.goBack();
    await expect.poll(() => heading(page)).toBe("Claude Sessions");
    await page.locator("#channel .body", { hasText: "Hello." }).waitFor();
  });

  test("have each its own thread, draft and posts: what happens in another is not seen here", async () => {
    const place = await start();
    const { chat, docs } = place;
    const root = await chat.post("bob", "a question");
    await chat.post("carol", "an answer", root);
    const page = await open(place);
    await page.locator(`[data-id="${root}"] .thread-link`).click();
    await page.locator("#thread .body", { hasText: "an answer" }).waitFor();
    await page.locator("#channel textarea").fill("half a thought");
    await entry(page, "Docs").click();
    await expect.poll(() => heading(page)).toBe("Docs");
    await page.locator("#thread").waitFor({ state: "hidden" });
    expect(await page.locator("#channel textarea").inputValue()).toBe("");
    await chat.call("bob", "POST", "/users/me/typing", { channel_id: chat.channelId });
    await chat.post("bob", "elsewhere");
    await entry(page, "Claude Sessions").locator(".dot").waitFor();
    expect(await page.locator("#channel .typing", { hasText: "bob" }).count()).toBe(0);
    expect(await page.locator("#channel .body", { hasText: "elsewhere" }).count()).toBe(0);
    await say(page, "here");
    expect(chat.sandbox.state.threads(docs).at(-1)?.[0]?.message).toBe("here");
    await entry(page, "Claude Sessions").click();
    await page.locator("#thread .body", { hasText: "an answer" }).waitFor();
    expect(await page.locator("#channel textarea").inputValue()).toBe("half a thought");
  });

  test("a direct message goes to the other one alone, and a new one appears by itself", async () => {
    const place = await start();
    const { chat, direct } = place;
    const page = await open(place);
    await entry(page, "claude-code").click();
    await expect.poll(() => heading(page)).toBe("claude-code");
    await say(page, "just between us");
    expect(chat.sandbox.state.threads(direct).at(-1)?.[0]?.message).toBe("just between us");
    const { id } = chat.sandbox.openConversation([chat.idOf("bob"), chat.idOf("alice")]);
    await postIn(place, "bob", id, "psst");
    await page.getByRole("button", { name: "bob, 1 mention", exact: true }).waitFor();
    const group = ["alice", "bob", "carol"].map(chat.idOf);
    chat.sandbox.openConversation(group);
    await page.getByRole("button", { name: "bob, carol", exact: true }).waitFor();
  });

  test("follow what becomes of them: renamed, archived, brought back, left and joined", async () => {
    const place = await start();
    const { chat, docs, plans } = place;
    const page = await open(place);
    await entry(page, "Docs").click();
    await expect.poll(() => heading(page)).toBe("Docs");
    chat.sandbox.renameChannel(docs, { name: "manual", displayName: "Manual" });
    await expect.poll(() => heading(page)).toBe("Manual");
    await entry(page, "Manual").waitFor();
    expect(page.url()).toContain("/manual");
    chat.sandbox.archiveChannel(docs);
    await page.locator("#channel textarea:disabled").waitFor();
    await entry(page, "Manual").waitFor({ state: "detached" });
    chat.sandbox.unarchiveChannel(docs);
    await page.locator("#channel textarea:enabled").waitFor();
    await entry(page, "Manual").waitFor();
    chat.sandbox.removeMember(plans, chat.idOf("alice"), chat.idOf("bob"));
    await entry(page, "Plans").waitFor({ state: "detached" });
    // Not being in one channel closes no other.
    expect(await page.locator("#channel textarea").isEnabled()).toBe(true);
    chat.sandbox.addMember(plans, chat.idOf("alice"));
    await entry(page, "Plans").waitFor();
  });

  test("a link to a thread opens the channel that it is in", async () => {
    const place = await start();
    const root = await postIn(place, "bob", place.docs, "a root in docs");
    await postIn(place, "carol", place.docs, "a reply in docs", root);
    const page = await open(place, {}, `alice//${root}`);
    await page.locator("#thread .body", { hasText: "a reply in docs" }).waitFor();
    expect(await heading(page)).toBe("Docs");
  });

  test("one after the other in haste, the last one counts and is the only one that listens", async () => {
    const place = await start();
    await postIn(place, "bob", place.plans, "in plans");
    const page = await open(place);
    for (const name of ["Docs", "claude-code", "Off-Topic", "Plans"]) await entry(page, name).click();
    await page.locator("#channel .body", { hasText: "in plans" }).waitFor();
    await postIn(place, "bob", place.plans, "and once");
    await page.locator("#channel .body", { hasText: "and once" }).waitFor();
    expect(await heading(page)).toBe("Plans");
    expect(await page.locator("#channel .body", { hasText: "and once" }).count()).toBe(1);
  });

  test("on a phone they are behind the button, which says that there is news", async () => {
    const place = await start();
    await postIn(place, "bob", place.plans, "@alice look");
    const page = await open(place, PHONE);
    const menu = page.getByRole("button", { name: "People and channels, 1 mention", exact: true });
    await menu.waitFor();
    expect(await entry(page, "Plans").isVisible()).toBe(false);
    await menu.click();
    await entry(page, "Plans").click();
    await expect.poll(() => heading(page)).toBe("Plans");
    await page.locator("#sidebar").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "People and channels", exact: true }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  });

  test.each([
    ["wide and light", { colorScheme: "light" as const }],
    ["wide and dark", { colorScheme: "dark" as const }],
    ["narrow and light", { colorScheme: "light" as const, ...PHONE }],
    ["narrow and dark", { colorScheme: "dark" as const, ...PHONE }],
  ])("%s: axe finds nothing serious in a list full of news", async (title, options) => {
    const place = await start();
    await postIn(place, "bob", place.docs, "news");
    await postIn(place, "bob", place.plans, "@alice look");
    const page = await open(place, options);
    if (title.startsWith("narrow")) await page.locator("#menu").click();
    await entry(page, "Plans").locator(".badge").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });
});
