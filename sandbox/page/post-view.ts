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

export interface PostViewOptions {
  readonly chat: Chat;
  readonly actions: PostActions;
  readonly where: "channel" | "thread";
}

export class PostView {
  readonly element: HTMLElement;
  readonly #options: PostViewOptions;
  readonly #parts: Parts;
  #shown: Post | undefined;
  #shownFiles = "";
  #shownText: string | undefined;

  private constructor(options: PostViewOptions) {
    this.#options = options;
    this.#parts = createParts(options.chat, (name) => this.#whoIs(name));
    const { face, main, toolbar } = this.#parts;
    this.element = h("article", { class: "post", tabindex: -1 }, face, main, toolbar);
  }

  static create(options: PostViewOptions): PostView {
    const view = new PostView(options);
    // Buttons are redrawn while people click them, so the click is taken where it bubbles to.
    view.#parts.main.addEventListener("click", (event) => view.#clicked(event.target as HTMLElement));
    return view;
  }

  /** `isCompact`: the same person goes on, so name and picture are not repeated. */
  update(post: Post, isCompact: boolean): void {
    this.element.classList.toggle("compact", isCompact);
    keepFocus(this.element, () => this.#draw(post));
  }

  #clicked(target: HTMLElement): void {
    const { actions } = this.#options;
    const button = target.closest("button");
    if (button === null || this.#shown === undefined) return;
    const emojiName = button.dataset["emoji"];
    if (emojiName !== undefined) actions.toggleReaction(this.#shown, emojiName);
    else if (button.classList.contains("copy")) copy(button);
    else if (button.classList.contains("thread-link")) actions.openThread(this.#shown.id);
  }

  #draw(post: Post): void {
    const read = readAttachments(post.props);
    if (this.#shown === undefined) this.#drawOnce(post, read);
    this.#shown = post;
    this.element.classList.toggle("edited", post.edit_at > 0);
    this.#drawText(post, read);
    this.#drawFiles(post.metadata?.files ?? []);
    this.#drawFooter(post);
  }

  /** What never changes. */
  #drawOnce(post: Post, { tries: offers }: Attachments): void {
    const { chat, actions, where } = this.#options;
    const { face, header, toolbar, tries } = this.#parts;
    this.element.dataset["id"] = post.id;
    this.element.classList.toggle("system", post.type !== "");
    this.element.setAttribute("aria-label", `${nameOf(chat, post)}, ${clock(post.create_at)}`);
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
  #drawText(post: Post, { shown: list }: Attachments): void {
    const { attachments, body, reactions } = this.#parts;
    const last = list.at(-1);
    const open = reactions.draw(post, last?.text);
    const text = last ? post.message : withoutLegend(post.message, open);
    if (text !== this.#shownText) {
      morph(
        body,
        renderMarkdown(text, (name) => this.#whoIs(name)),
      );
      this.#shownText = text;
    }
    attachments.update(
      last ? [...list.slice(0, -1), { ...last, text: withoutLegend(last.text, open) }] : list,
    );
    this.#placeChoices(attachments.last());
  }

  /** `place`: the attachment that tells of them. */
  #placeChoices(place: HTMLElement | undefined): void {
    const { main, reactions } = this.#parts;
    const { choices, chips } = reactions;
    if (place && choices.parentElement !== place) place.append(choices);
    else if (!place && choices.parentElement !== main) chips.before(choices);
  }

  #drawFiles(list: readonly FileInfo[]): void {
    const ids = list.map((file) => file.id).join();
    if (ids !== this.#shownFiles)
      this.#parts.files.replaceChildren(...list.map(this.#options.actions.showFile));
    this.#shownFiles = ids;
  }

  #drawFooter(post: Post): void {
    const { chat, where } = this.#options;
    const next = document.createDocumentFragment();
    if (where === "channel" && post.root_id === "" && post.reply_count > 0)
      next.append(threadLink(chat, post));
    morph(this.#parts.footer, next);
  }

  #whoIs(name: string): ReturnType<WhoIs> {
    const { chat } = this.#options;
    if (name === chat.me.username) return "me";
    return chat.people().some((user) => user.username === name) ? "somebody" : undefined;
  }
}

function createParts(chat: Chat, whoIs: WhoIs) {
  const header = h("div", { class: "post-head" });
  const body = h("div", { class: "body" });
  const attachments = createAttachmentList(whoIs);
  const files = h("div", { class: "files" });
  const tries = h("div", { class: "tries", hidden: true });
  const reactions = createReactions(chat);
  const footer = h("div", { class: "post-foot" });
  return {
    face: h("div", { class: "face" }),
    toolbar: h("div", { class: "toolbar" }),
    main: h(
      "div",
      { class: "post-main" },
      header,
      body,
      attachments.element,
      files,
      tries,
      reactions.choices,
      reactions.chips,
      footer,
    ),
    header,
    body,
    attachments,
    files,
    tries,
    reactions,
    footer,
  };
}

type Parts = ReturnType<typeof createParts>;

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
