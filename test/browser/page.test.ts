// The page alone: what hostile, huge and many posts do to it, what people can do with keys, and who may see it.

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { describeInBrowser, newContext, openPage, say, visit } from "./browser.ts";
import { type Chat, startChat } from "./chat.ts";
import { HOSTILE } from "./hostile.ts";

describeInBrowser("the page in a browser", () => {
  async function chatWith(...first: string[]): Promise<Chat> {
    const chat = await startChat(70_000);
    for (const message of first.length > 0 ? first : ["Hello."]) await chat.post("alice", message);
    return chat;
  }

  const open = (chat: Chat, person = "alice"): Promise<Page> => visit(`${chat.address}#${person}`);

  describe("posts that mean harm", () => {
    test("stay text: nothing runs, nothing is fetched, no link leads to a script", async () => {
      const chat = await chatWith(...HOSTILE);
      const requests: string[] = [];
      const opened = await openPage(chat.address);
      const { page } = opened;
      page.on("request", (request) => requests.push(request.url()));
      await expect.poll(() => page.locator("#channel .post").count()).toBe(HOSTILE.length);
      expect(await page.evaluate("window.harm")).toBeUndefined();
      expect(await page.locator(".body img, .body script, .body style, .body svg").count()).toBe(0);
      const links = await page
        .locator(".body a")
        .evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(link).toMatch(/^https:\/\//);
      const attributes = await page
        .locator(".body *")
        .evaluateAll((all) => all.flatMap((element) => element.getAttributeNames()));
      expect(attributes.filter((name) => /^on|^style$/.test(name))).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(chat.origin))).toEqual([]);
      expect(opened.complaints).toEqual([]);
    });

    test("a file's name and a webhook's name can't inject either", async () => {
      const chat = await chatWith("root");
      const name = "<img src=x onerror=window.harm=1>";
      const form = new FormData();
      form.set("channel_id", chat.channelId);
      form.set("files", new Blob(["x"]), `${name}.txt`);
      const token = await logIn(chat, "alice");
      const uploaded = await fetch(`${chat.origin}/api/v4/files`, {
        method: "POST",
        headers: { Authorization: `Bearer ${token}` },
        body: form,
      });
      const { file_infos } = (await uploaded.json()) as { file_infos: { id: string }[] };
      await chat.post("alice", "see", "", {
        file_ids: file_infos.map((file) => file.id),
        props: { override_username: name },
      });
      const page = await open(chat);
      await page.locator(".file", { hasText: `${name}.txt` }).waitFor();
      await page.locator(".name", { hasText: name }).waitFor();
      expect(await page.evaluate("window.harm")).toBeUndefined();
    });

    test("60,000 characters of code are shown whole, scroll by themselves and hold nothing up", async () => {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code in a post
      const line = "const a = `<b>${window.harm = 1}</b>`; // line";
      const code = Array.from({ length: 1250 }, (_, at) => `${line} ${at}`).join("\n");
      expect(code.length).toBeGreaterThan(60_000);
      const chat = await chatWith("before", `\`\`\`js\n${code}\n\`\`\``, "after");
      const page = await open(chat);
      const block = page.locator(".body pre");
      expect((await block.textContent())?.trimEnd()).toBe(code);
      expect((await block.boundingBox())?.height).toBeLessThan(500);
      expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      await say(page, "still here");
      await page.locator(".body", { hasText: "still here" }).waitFor();
    });

    test("no long line holds the page up, whatever it is called", async () => {
      const fence = (language: string, part: string) =>
        `\`\`\`${language}\n${part.repeat(16_000 / part.length)}\n\`\`\``;
      const picture = "![a picture](data:image/png;base64,iVBORw0KGgo+/abcdefghijklmn";
      const chat = await chatWith(
        fence("markdown", "[a]("),
        fence("ini", "0"),
        fence("typescript", "_"),
        fence("csharp", "a\n"),
        `${picture.repeat(1_000)})`,
        `@a${".".repeat(60_000)}`,
        `data:image/png;base64,${"QUJD".repeat(15_000)}`,
      );
      const begun = performance.now();
      const page = await open(chat);
      await expect.poll(() => page.locator("#channel .post").count()).toBe(7);
      expect(performance.now() - begun).toBeLessThan(8_000);
    });
  });

  describe("who may see it", () => {
    test("without the secret there is neither page nor API", async () => {
      const chat = await chatWith();
      const page = await (await newContext()).newPage();
      for (const path of ["/", "/index.html", "/api/v4/system/ping", `/${chat.secret.slice(1)}/`]) {
        const response = await page.goto(chat.origin + path);
        expect([path, response?.status()]).toEqual([path, 403]);
      }
      expect((await page.goto(chat.address))?.status()).toBe(200);
    });

    test("another site's page can neither read, write, embed nor listen, though it knew the secret", async () => {
      const chat = await chatWith();
      const other = await startChat();
      const page = await (await newContext()).newPage();
      // A page of another origin on this machine, free of any policy of its own.
      await page.route(`${other.origin}/**`, (route) =>
        route.fulfill({ contentType: "text/html", body: "<!doctype html><title>evil</title>" }),
      );
      await page.goto(other.origin);
      const address = JSON.stringify(chat.address);
      const login = JSON.stringify(JSON.stringify({ login_id: "alice", password: chat.secret }));
      const attempts = {
        read: `fetch(${address}).then(() => "in", () => "out")`,
        readOpaque: `fetch(${address} + "api/v4/system/ping", { mode: "no-cors" }).then(() => "in", () => "out")`,
        write: `fetch(${address} + "api/v4/users/login", { method: "POST", body: ${login} }).then(() => "in", () => "out")`,
        embed: `new Promise((done) => { const s = document.createElement("script"); s.src = ${address} + "main.js"; s.onload = () => done("in"); s.onerror = () => done("out"); document.head.append(s); })`,
        listen: `new Promise((done) => { const s = new WebSocket(${address}.replace("http", "ws") + "api/v4/websocket"); s.onopen = () => done("in"); s.onerror = () => done("out"); })`,
      };
      for (const [name, attempt] of Object.entries(attempts)) {
        const outcome = name === "readOpaque" ? ["in", "out"] : ["out"];
        expect([name, outcome.includes(String(await page.evaluate(attempt)))]).toEqual([name, true]);
      }
      expect((await chat.call("alice", "GET", "/users/me")).status).toBe(200);
    });

    test("what the browser is told forbids inline script, foreign sources and framing", async () => {
      const chat = await chatWith();
      const { headers } = await fetch(chat.address);
      const policy = headers.get("content-security-policy") ?? "";
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]) {
        expect(policy).toContain(rule);
      }
      expect(policy).not.toContain("unsafe");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    });
  });

  describe("what people do", () => {
    test("everything lives: posts, edits, reactions, deletions and typing of others", async () => {
      const chat = await chatWith("first");
      const page = await open(chat);
      const id = await chat.post("bob", "second");
      const post = page.locator(`[data-id="${id}"]`);
      await post.waitFor();
      await chat.call("bob", "PUT", `/posts/${id}/patch`, { message: "second, **edited**" });
      await post.locator("strong", { hasText: "edited" }).waitFor();
      await chat.react("bob", id, "tada");
      const chip = post.locator(".chip");
      expect(await chip.getAttribute("title")).toBe("bob reacted with :tada:");
      await chip.click();
      await expect.poll(() => chip.getAttribute("title")).toBe("bob, alice reacted with :tada:");
      await chip.click();
      await expect.poll(() => chip.getAttribute("aria-pressed")).toBe("false");
      await chat.call("bob", "POST", "/users/me/typing", { channel_id: chat.channelId });
      await page.locator("#channel .typing", { hasText: "bob is typing…" }).waitFor();
      await chat.call("bob", "DELETE", `/posts/${id}`);
      await post.waitFor({ state: "detached" });
    });

    test("Enter sends, Shift-Enter breaks the line, arrows walk the posts, Escape closes the thread", async () => {
      const chat = await chatWith("one", "two");
      const page = await open(chat);
      const box = page.locator("#channel textarea");
      await box.pressSequentially("a line");
      await box.press("Shift+Enter");
      await box.pressSequentially("and another");
      await box.press("Enter");
      await page.locator(".body", { hasText: /a line\s+and another/ }).waitFor();
      await page.locator("#channel .scroller").focus();
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("ArrowUp");
      expect(await page.evaluate("document.activeElement.innerText")).toContain("two");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator("#thread .post", { hasText: "two" }).waitFor();
      await page.keyboard.type("a reply");
      await page.keyboard.press("Enter");
      await page.locator("#channel .thread-link", { hasText: "1 reply" }).waitFor();
      await page.keyboard.press("Escape");
      await page.locator("#thread").waitFor({ state: "hidden" });
      await page.goBack();
      await page.locator("#thread .post", { hasText: "a reply" }).waitFor();
    });

    test("/kick, /invite and an unknown command are the server's, and it answers the person alone", async () => {
      const chat = await chatWith();
      const alice = await open(chat, "alice");
      const bob = await open(chat, "bob");
      await say(alice, "/kick @bob");
      await alice.locator(".body", { hasText: "bob was removed from the channel." }).waitFor();
      await bob.locator("#channel textarea:disabled").waitFor();
      await say(alice, "/invite @bob");
      await bob.locator("#channel textarea:enabled").waitFor();
      await say(alice, "/invite @bob");
      await alice.locator(".body", { hasText: "bob is already in the channel." }).waitFor();
      expect(await bob.locator(".body", { hasText: "already in the channel" }).count()).toBe(0);
      await alice.locator("#channel textarea").fill("/stop now");
      await alice.keyboard.press("Enter");
      await alice.locator(".trouble", { hasText: "Command with a trigger of 'stop' not found." }).waitFor();
      await alice.getByRole("button", { name: "Send as a message" }).click();
      await bob.locator(".body", { hasText: "/stop now" }).waitFor();
      // The post's event can reach bob before alice has the answer to the request that made it.
      await expect.poll(() => alice.locator("#channel textarea").inputValue()).toBe("");
    });

    test("what the server refuses stays in the box, with its reason", async () => {
      const chat = await chatWith();
      const page = await open(chat);
      const box = page.locator("#channel textarea");
      await box.fill("x".repeat(70_001));
      await box.press("Enter");
      await page.locator(".trouble", { hasText: "Invalid message." }).waitFor();
      expect((await box.inputValue()).length).toBe(70_001);
    });

    test("a name is completed with Tab, and another person is chosen with the arrow keys", async () => {
      const chat = await chatWith();
      const page = await open(chat);
      await page.locator("#channel textarea").pressSequentially("@clau");
      await page.locator(".suggestion", { hasText: "@claude-code" }).waitFor();
      await page.keyboard.press("Tab");
      expect(await page.locator("#channel textarea").inputValue()).toBe("@claude-code ");
      await page.getByRole("radio", { name: "alice" }).focus();
      await page.keyboard.press("ArrowDown");
      await expect.poll(() => page.title()).toContain("bob");
      expect(new URL(page.url()).hash).toContain("#bob");
      await expect.poll(() => page.locator("#channel textarea").inputValue()).toBe("");
    });

    test("a lost connection is said, and what happened meanwhile is there when it is back", async () => {
      const chat = await chatWith();
      const page = await open(chat);
      await page.context().setOffline(true);
      chat.dropSockets();
      await page.locator("#connection", { hasText: "The connection is lost." }).waitFor();
      await chat.post("bob", "while you were away");
      await page.context().setOffline(false);
      await page.locator(".body", { hasText: "while you were away" }).waitFor();
      await page.locator("#connection").waitFor({ state: "hidden" });
    });
  });
});

async function logIn(chat: Chat, username: string): Promise<string> {
  const response = await fetch(`${chat.address}api/v4/users/login`, {
    method: "POST",
    body: JSON.stringify({ login_id: username, password: chat.secret }),
  });
  return response.headers.get("token") ?? "";
}
