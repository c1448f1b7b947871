// Reads the message attachments in a post's props. Clients fill props as they like and the server keeps them as they
// came, so nothing here may trust their form.

export interface Attachment {
  readonly color: string;
  readonly pretext: string;
  readonly text: string;
}

/** A part that is missing or no text is `""`; what is no attachment at all is left out. */
export function attachmentsIn(props: Readonly<Record<string, unknown>>): Attachment[] {
  const list = props["attachments"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
    const { color, pretext, text } = one as Readonly<Record<string, unknown>>;
    return [{ color: textOf(color), pretext: textOf(pretext), text: textOf(text) }];
  });
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
