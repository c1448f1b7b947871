// The attachments below a post's message: each a colour at the left and what it says. Redraws only what changed.

import type { Attachment } from "./attachments.ts";
import { h, morph } from "./dom.ts";
import { renderMarkdown, type WhoIs } from "./markdown.ts";

export interface AttachmentList {
  readonly element: HTMLElement;
  update(attachments: readonly Attachment[]): void;
  /** The last attachment, for what belongs to it beside its text. */
  last(): HTMLElement | undefined;
}

interface AttachmentView {
  readonly element: HTMLElement;
  /** The box with the colour. */
  readonly box: HTMLElement;
  draw(attachment: Attachment): void;
}

export function createAttachmentList(whoIs: WhoIs): AttachmentList {
  const element = h("div", { class: "post-attachments" });
  const views: AttachmentView[] = [];
  let shown = "";
  return {
    element,
    update(attachments) {
      const next = JSON.stringify(attachments);
      if (next === shown) return;
      shown = next;
      for (const [at, attachment] of attachments.entries()) {
        const view = views[at] ?? createAttachment(whoIs);
        if (views[at] === undefined) {
          views.push(view);
          element.append(view.element);
        }
        view.draw(attachment);
      }
      for (const gone of views.splice(attachments.length)) gone.element.remove();
    },
    last: () => views.at(-1)?.box,
  };
}

function createAttachment(whoIs: WhoIs): AttachmentView {
  const pretext = h("div", { class: "body" });
  const title = h("strong");
  const body = h("div", { class: "body" });
  const box = h("div", { class: "post-attachment" }, title, body);
  return {
    element: h("div", {}, pretext, box),
    box,
    draw(attachment) {
      // Set through the style object, which the page's policy allows, unlike a style attribute in markup.
      if (attachment.color === undefined) box.style.removeProperty("--attachment");
      else box.style.setProperty("--attachment", attachment.color);
      title.textContent = attachment.title;
      title.hidden = attachment.title === "";
      for (const [part, text] of [[pretext, attachment.pretext] as const, [body, attachment.text] as const]) {
        morph(part, renderMarkdown(text, whoIs));
        part.hidden = text === "";
      }
    },
  };
}
