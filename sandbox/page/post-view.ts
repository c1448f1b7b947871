// One post on the page: who, when, what, its files, its choices and reactions. Redraws only what changed; what a click
// means is the app's business.

import { createAttachmentList } from "./attachment-list.ts";
import { type Attachments, readAttachments, type Try } from "./attachments.ts";
import type { Chat } from "./chat.ts";
import { withoutLegend } from "./choices.ts";
import { h, icon, keepFocus, morph } from "./dom.ts";
import { renderMarkdown, type WhoIs } from "./markdown.ts";
import { avatar, clock, fullTime, isBot, nameOf } from "./people.ts";
import { createReactions } from "./reactions.ts";
import type { FileInfo, Post } from "./types.ts";

export interface PostActions {
  toggleReaction(post: Post, emojiName: string): void;
  /** `near`: the button that asked for it. */
  pickReaction(post: Post, near: HTMLElement): void;
  openThread(rootId: string): void;
  showFile(file: FileInfo): HTMLElement;
  /** Puts what a person could try into the channel's composer. */
  tryOut(one: Try): void;
}

export interface PostView {
  readonly element: HTMLElement;
  /** `isCompact`: the same person goes on, so name and picture are not repeated. */
  update(post: Post, isCompact: boolean): void;
}

export function createPostView(chat: Chat, actions: PostActions, where: "channel" | "thread"): PostView {
  const header = h("div", { class: "post-head" });
  const body = h("div", { class: "body" });
  const attachments = createAttachmentList(whoIs);
  const files = h("div", { class: "files" });
  const tries = h("div", { class: "tries", hidden: true });
  const { choices, chips, draw: drawReactions } = createReactions(chat);
  const footer = h("div", { class: "post-foot" });
  const face = h("div", { class: "face" });
  const toolbar = h("div", { class: "toolbar" });
  const main = h(
    "div",
    { class: "post-main" },
    header,
    body,
    attachments.element,
    files,
    tries,
    choices,
    chips,
    footer,
  );
  const element = h("article", { class: "post", tabindex: -1 }, face, main, toolbar);
  let shown: Post | undefined;
  let shownFiles = "";
  let shownText: string | undefined;

  function whoIs(name: string): ReturnType<WhoIs> {
    if (name === chat.me.username) return "me";
    return chat.people().some((user) => user.username === name) ? "somebody" : undefined;
  }

  function drawOnce(post: Post, { tries: offers }: Attachments): void {
    element.dataset["id"] = post.id;
    element.classList.toggle("system", post.type !== "");
    element.setAttribute("aria-label", `${nameOf(chat, post)}, ${clock(post.create_at)}`);
    face.append(avatar(chat.user(post.user_id), "", nameOf(chat, post)));
    header.append(...headOf(chat, post));
    toolbar.append(
      tool("react", "Add a reaction", (button) => actions.pickReaction(post, button)),
      where === "channel" && post.root_id === ""
        ? tool("reply", "Reply in a thread", () => actions.openThread(post.id))
        : "",
    );
    tries.hidden = offers.length === 0;
    tries.append(...offers.map((one) => tryButton(one, () => actions.tryOut(one))));
  }

  /** The text and the attachments below it, without what the buttons say as well. Buttons an attachment tells of stand in it. */
  function drawText(post: Post, { shown: list }: Attachments): void {
    const last = list.at(-1);
    const open = drawReactions(post, last?.text);
    const text = last ? post.message : withoutLegend(post.message, open);
    if (text !== shownText) {
      morph(body, renderMarkdown(text, whoIs));
      shownText = text;
    }
    attachments.update(
      last ? [...list.slice(0, -1), { ...last, text: withoutLegend(last.text, open) }] : list,
    );
    const place = attachments.last();
    if (place && choices.parentElement !== place) place.append(choices);
    else if (!place && choices.parentElement !== main) chips.before(choices);
  }

  function drawFiles(list: readonly FileInfo[]): void {
    const ids = list.map((file) => file.id).join();
    if (ids !== shownFiles) files.replaceChildren(...list.map(actions.showFile));
    shownFiles = ids;
  }

  // Buttons are redrawn while people click them, so the click is taken where it bubbles to.
  main.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest("button");
    if (button === null || shown === undefined) return;
    const emojiName = button.dataset["emoji"];
    if (emojiName !== undefined) actions.toggleReaction(shown, emojiName);
    else if (button.classList.contains("copy")) copy(button);
    else if (button.classList.contains("thread-link")) actions.openThread(shown.id);
  });

  function draw(post: Post): void {
    const read = readAttachments(post.props);
    if (shown === undefined) drawOnce(post, read);
    shown = post;
    element.classList.toggle("edited", post.edit_at > 0);
    drawText(post, read);
    drawFiles(post.metadata?.files ?? []);
    const next = document.createDocumentFragment();
    if (where === "channel" && post.root_id === "" && post.reply_count > 0)
      next.append(threadLink(chat, post));
    morph(footer, next);
  }

  return {
    element,
    update(post, isCompact) {
      element.classList.toggle("compact", isCompact);
      keepFocus(element, () => draw(post));
    },
  };
}

function headOf(chat: Chat, post: Post): (Node | string)[] {
  const isHook = post.props?.["from_webhook"] === "true";
  const [datetime, title] = [new Date(post.create_at).toISOString(), fullTime(post.create_at)];
  return [
    h("span", { class: "name" }, nameOf(chat, post)),
    isBot(chat, post) || isHook ? h("span", { class: "tag" }, "BOT") : "",
    h("time", { class: "time", datetime, title }, clock(post.create_at)),
  ];
}

function tool(name: "react" | "reply", label: string, click: (button: HTMLElement) => void): HTMLElement {
  const button = h(
    "button",
    { type: "button", class: "tool", title: label, "aria-label": label, onclick: () => click(button) },
    icon(name),
  );
  if (name === "react") button.setAttribute("aria-haspopup", "dialog");
  return button;
}

function tryButton({ title, shows }: Try, onclick: () => void): HTMLElement {
  return h("button", { type: "button", class: "try", onclick }, h("strong", {}, title), h("span", {}, shows));
}

function threadLink(chat: Chat, root: Post): HTMLElement {
  const replies = chat.replies(root.id);
  const speakers = [...new Set(replies.map((reply) => reply.user_id))].slice(0, 4);
  const faces = speakers.map((id) => avatar(chat.user(id), "small"));
  const last = replies.at(-1);
  return h(
    "button",
    { type: "button", class: "thread-link" },
    h("span", { class: "faces", "aria-hidden": "true" }, ...faces),
    h("strong", {}, root.reply_count === 1 ? "1 reply" : `${root.reply_count} replies`),
    last && h("span", { class: "quiet" }, `Last reply ${clock(last.create_at)}`),
  );
}

function copy(button: HTMLButtonElement): void {
  const code = button.parentElement?.querySelector("pre")?.textContent ?? "";
  const say = (text: string): void => {
    button.textContent = text;
    setTimeout(() => {
      button.textContent = "Copy";
    }, 1500);
  };
  navigator.clipboard.writeText(code).then(
    () => say("Copied"),
    () => say("Not allowed"),
  );
}
