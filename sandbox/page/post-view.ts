// One post on the page: who, when, what, its files, its choices and reactions. Redraws only what changed; what a click
// means is the app's business.

import { type Attachments, readAttachments, type Try } from "./attachments.ts";
import { createBars } from "./bars.ts";
import type { Chat } from "./chat.ts";
import { type Choice, findChoices, withoutLegend } from "./choices.ts";
import { h, icon, morph } from "./dom.ts";
import { emojiText } from "./emoji.ts";
import { renderMarkdown, type WhoIs } from "./markdown.ts";
import { avatar, clock, fullTime, isBot, nameOf } from "./people.ts";
import type { FileInfo, Post, Reaction } from "./types.ts";

export interface PostActions {
  toggleReaction(post: Post, emojiName: string): void;
  /** `near`: the button that asked for it. */
  pickReaction(post: Post, near: HTMLElement): void;
  openThread(rootId: string): void;
  showFile(file: FileInfo): HTMLElement;
  /** Puts a text into the channel's composer. */
  compose(text: string): void;
}

export interface PostView {
  readonly element: HTMLElement;
  /** `isCompact`: the same person goes on, so name and picture are not repeated. */
  update(post: Post, isCompact: boolean): void;
}

export function createPostView(chat: Chat, actions: PostActions, where: "channel" | "thread"): PostView {
  const header = h("div", { class: "post-head" });
  const body = h("div", { class: "body" });
  const bars = createBars(whoIs);
  const files = h("div", { class: "files" });
  const tries = h("div", { class: "tries" });
  const choices = h("div", { class: "choices", role: "group", "aria-label": "Decide" });
  const reactions = h("div", { class: "reactions" });
  const footer = h("div", { class: "post-foot" });
  const face = h("div", { class: "face" });
  const toolbar = h("div", { class: "toolbar" });
  const main = h(
    "div",
    { class: "post-main" },
    header,
    body,
    bars.element,
    files,
    tries,
    choices,
    reactions,
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

  function drawTools(post: Post): void {
    toolbar.replaceChildren(
      h(
        "button",
        {
          type: "button",
          class: "tool",
          title: "Add a reaction",
          "aria-label": "Add a reaction",
          "aria-haspopup": "dialog",
          onclick: (event) => actions.pickReaction(post, event.currentTarget as HTMLElement),
        },
        icon("react"),
      ),
      (where === "channel" &&
        post.root_id === "" &&
        h(
          "button",
          {
            type: "button",
            class: "tool",
            title: "Reply in a thread",
            "aria-label": "Reply in a thread",
            onclick: () => actions.openThread(post.id),
          },
          icon("reply"),
        )) ||
        "",
    );
  }

  function drawHead(post: Post): void {
    const isHook = post.props?.["from_webhook"] === "true";
    header.replaceChildren(
      h("span", { class: "name" }, nameOf(chat, post)),
      isBot(chat, post) || isHook ? h("span", { class: "tag" }, "BOT") : "",
      h(
        "time",
        { class: "time", datetime: new Date(post.create_at).toISOString(), title: fullTime(post.create_at) },
        clock(post.create_at),
      ),
    );
  }

  /** Gives the choices that are open. `bar`: the last one's text. */
  function drawReactions(post: Post, bar: string | undefined): readonly Choice[] {
    const all = chat.reactions(post.id);
    const byEmoji = new Map<string, Reaction[]>();
    for (const one of all) byEmoji.set(one.emoji_name, [...(byEmoji.get(one.emoji_name) ?? []), one]);
    const offered = all.filter((reaction) => reaction.user_id === post.user_id).map((one) => one.emoji_name);
    const open = isBot(chat, post) ? findChoices(post.message, offered, bar) : [];
    const isMine = (name: string): boolean =>
      (byEmoji.get(name) ?? []).some((reaction) => reaction.user_id === chat.me.id);
    const names = (name: string): string =>
      (byEmoji.get(name) ?? [])
        .map((reaction) => chat.user(reaction.user_id)?.username ?? "somebody")
        .join(", ");
    const next = document.createDocumentFragment();
    for (const { emojiName, emoji, label } of open) {
      const others = (byEmoji.get(emojiName)?.length ?? 1) - 1;
      next.append(
        h(
          "button",
          {
            type: "button",
            class: "choice",
            "data-emoji": emojiName,
            "aria-pressed": String(isMine(emojiName)),
          },
          h("span", { "aria-hidden": "true" }, emoji),
          h("span", {}, label),
          others > 0 && h("span", { class: "count", title: names(emojiName) }, String(others)),
        ),
      );
    }
    morph(choices, next);
    choices.hidden = open.length === 0;
    const chips = document.createDocumentFragment();
    for (const [name, list] of byEmoji) {
      if (open.some((choice) => choice.emojiName === name)) continue;
      const label = `${names(name)} reacted with :${name}:`;
      chips.append(
        h(
          "button",
          {
            type: "button",
            class: "chip",
            "data-emoji": name,
            title: label,
            "aria-label": `${emojiText(name)} ${list.length}, ${label}`,
            "aria-pressed": String(isMine(name)),
          },
          h("span", { "aria-hidden": "true" }, emojiText(name)),
          h("span", { class: "count", "aria-hidden": "true" }, String(list.length)),
        ),
      );
    }
    morph(reactions, chips);
    reactions.hidden = reactions.childElementCount === 0;
    return open;
  }

  // Buttons are redrawn while people click them, so the click is taken where it bubbles to.
  main.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest("button");
    if (button === null || shown === undefined) return;
    const emojiName = button.dataset["emoji"];
    if (emojiName !== undefined) actions.toggleReaction(shown, emojiName);
    else if (button.classList.contains("copy")) copy(button);
  });

  function drawFooter(post: Post): void {
    footer.replaceChildren();
    if (where !== "channel" || post.root_id !== "" || post.reply_count === 0) return;
    const speakers = [...new Set(chat.replies(post.id).map((reply) => reply.user_id))].slice(0, 4);
    const last = chat.replies(post.id).at(-1);
    footer.append(
      h(
        "button",
        { type: "button", class: "thread-link", onclick: () => actions.openThread(post.id) },
        h(
          "span",
          { class: "faces", "aria-hidden": "true" },
          ...speakers.map((id) => avatar(chat.user(id), "small")),
        ),
        h("strong", {}, post.reply_count === 1 ? "1 reply" : `${post.reply_count} replies`),
        last && h("span", { class: "quiet" }, `Last reply ${clock(last.create_at)}`),
      ),
    );
  }

  function drawTries(offers: readonly Try[]): void {
    tries.hidden = offers.length === 0;
    tries.replaceChildren(
      ...offers.map(({ title, shows, text }) =>
        h(
          "button",
          { type: "button", class: "try", onclick: () => actions.compose(text) },
          h("strong", {}, title),
          h("span", {}, shows),
        ),
      ),
    );
  }

  /** The text and the bars below it, without what the buttons say as well. Buttons a bar tells of stand in it. */
  function drawText(post: Post, { bars: list }: Attachments): void {
    const last = list.at(-1);
    const open = drawReactions(post, last?.text);
    const text = last ? post.message : withoutLegend(post.message, open);
    if (text !== shownText) {
      morph(body, renderMarkdown(text, whoIs));
      shownText = text;
    }
    bars.update(last ? [...list.slice(0, -1), { ...last, text: withoutLegend(last.text, open) }] : list);
    const place = bars.last();
    // Only then: an element that is moved loses the focus.
    if (place && choices.parentElement !== place) place.append(choices);
    else if (!place && choices.parentElement !== main) reactions.before(choices);
  }

  return {
    element,
    update(post, isCompact) {
      element.classList.toggle("compact", isCompact);
      element.classList.toggle("system", post.type !== "");
      if (shown === undefined) {
        element.dataset["id"] = post.id;
        element.setAttribute("aria-label", `${nameOf(chat, post)}, ${clock(post.create_at)}`);
        face.append(avatar(chat.user(post.user_id), "", nameOf(chat, post)));
        drawHead(post);
        drawTools(post);
      }
      const attachments = readAttachments(post.props);
      if (shown === undefined) drawTries(attachments.tries);
      drawText(post, attachments);
      element.classList.toggle("edited", post.edit_at > 0);
      const fileIds = (post.metadata?.files ?? []).map((file) => file.id).join();
      if (fileIds !== shownFiles) {
        files.replaceChildren(...(post.metadata?.files ?? []).map(actions.showFile));
        shownFiles = fileIds;
      }
      shown = post;
      drawFooter(post);
    },
  };
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
