// Reads a post's message attachments: a colour with a text, and things to try. Whoever posts fills them as they
// like, so only what has the right form is taken. Pure.

export interface Attachment {
  /** `#rgb` or `#rrggbb`, else undefined. */
  readonly color: string | undefined;
  /** Markdown that stands above the attachment. */
  readonly pretext: string;
  /** Plain. */
  readonly title: string;
  /** Markdown. */
  readonly text: string;
}

export interface Try {
  readonly title: string;
  readonly shows: string;
  readonly text: string;
  /** The page's own drawing that goes along; empty for none. */
  readonly drawing: string;
}

export interface Attachments {
  readonly shown: readonly Attachment[];
  /** Those with a title and, in code at their end, something to type. */
  readonly tries: readonly Try[];
}

/** More in one post would only be a way to fill the screen. */
const MOST = 20;

export function readAttachments(props: Readonly<Record<string, unknown>> | null): Attachments {
  const shown: Attachment[] = [];
  const tries: Try[] = [];
  const list: unknown = props?.["attachments"];
  for (const one of Array.isArray(list) ? list.slice(0, MOST) : []) {
    const attachment = readAttachment(one);
    const [, shows = "", text = ""] = /^(.*)\n`([^`\n]+)`$/.exec(attachment.text) ?? [];
    if (attachment.color === undefined && attachment.title !== "" && text !== "") {
      tries.push({ title: attachment.title, shows, text, drawing: drawingOf(one) });
    } else if (attachment.pretext !== "" || attachment.title !== "" || attachment.text !== "") {
      shown.push(attachment);
    }
  }
  return { shown, tries };
}

function readAttachment(one: unknown): Attachment {
  const { color, pretext, title, text } = (one ?? {}) as Readonly<Record<string, unknown>>;
  const isColor = typeof color === "string" && /^#(?:[\da-f]{3}|[\da-f]{6})$/i.test(color);
  return {
    color: isColor ? color : undefined,
    pretext: textOf(pretext),
    title: textOf(title),
    text: textOf(text),
  };
}

function drawingOf(one: { readonly thumb_url?: unknown }): string {
  const name = textOf(one.thumb_url);
  return /^[a-z]{1,20}\.svg$/.test(name) ? name : "";
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
