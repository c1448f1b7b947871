// What a post's attachments say, as text: those of integrations hold most of what they say. Knows nothing of colours.

import { z } from "zod";

/** As clients show one (documented for integrations): all of it is optional, and may be of any type. */
const text = z.string().optional().catch(undefined);
const field = z.object({
  title: text,
  value: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
});
const wireAnyAttachment = z.object({
  pretext: text,
  author_name: text,
  title: text,
  title_link: text,
  text,
  fields: z.array(field.catch({})).nullish().catch(undefined),
  footer: text,
  fallback: text,
});

export function attachmentTextsOf({ attachments }: Readonly<Record<string, unknown>>): {
  readonly attachmentTexts?: readonly string[];
} {
  const texts = (Array.isArray(attachments) ? attachments : []).map(textOfAttachment).filter(Boolean);
  return texts.length > 0 ? { attachmentTexts: texts } : {};
}

function textOfAttachment(attachment: unknown): string {
  const { data } = wireAnyAttachment.safeParse(attachment);
  const { pretext, author_name, title, title_link, text, fields, footer, fallback } = data ?? {};
  const ofFields = (fields ?? []).map((one) =>
    [one.title, one.value].filter((part) => part !== undefined && part !== "").join(": "),
  );
  const shown = [pretext, author_name, title, title_link, text, ...ofFields, footer].filter(Boolean);
  return shown.length > 0 ? shown.join("\n") : (fallback ?? "");
}
