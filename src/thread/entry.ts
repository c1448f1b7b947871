// What the own post of an entry has to say: all that was asked for, or only what comes after the words in other posts.
// Pure.

import type { Post } from "../mattermost/types.ts";
import { remainderAfter } from "../render/remainder.ts";
import { pieces } from "../render/split.ts";
import type { Content, Entry, Quarantined } from "./writes.ts";

export function isSameContent(one: Content | undefined, other: Content): boolean {
  return one !== undefined && one.markdown === other.markdown && isSameAttachment(one, other);
}

function isSameAttachment(one: Content, other: Content): boolean {
  return one.attachment?.text === other.attachment?.text && one.attachment?.color === other.attachment?.color;
}

export const isWritten = ({ written, wanted }: Entry): boolean => isSameContent(written, wanted);

export const isEmptyContent = ({ markdown, attachment }: Content): boolean =>
  markdown === "" && attachment === undefined;

/** Whether its post is still to be made, with files: without them it is not made. */
export const needsFiles = ({ id, frozen, file, fileIds }: Entry): boolean =>
  id === undefined && !frozen && (file !== undefined || fileIds !== undefined);

const NOT_ATTACHED = "**Not attached:** the server has no such file for this post. Ask for it again.";

/** The server leaves out what is in another post already, and says nothing of it (10.11). False when all are there. */
export function noteMissingFiles(entry: Entry, { files }: Pick<Post, "files">): boolean {
  const { fileIds = [], wanted } = entry;
  entry.fileIds = undefined;
  if (fileIds.every((id) => files.some((file) => file.id === id))) {
    return false;
  }
  const words = [wanted.markdown, NOT_ATTACHED].filter((part) => part !== "").join("\n\n");
  entry.wanted = { ...wanted, markdown: words };
  return true;
}

/** Plain ASCII, whatever it stands for: this at least must be taken. */
const MARKER = "**Part of this could not be posted:** ";

export function markerFor(reason: string): string {
  return (
    `${MARKER}${reason}. Everything else goes on. It is tried again when mm-claude starts the next time; ` +
    "until then, ask for it in other words, or in smaller parts."
  );
}

export const isMarker = (markdown: string): boolean => markdown.startsWith(MARKER);

/** What the post says of `content`, and the pieces that don't fit in. */
export function pageOf(
  entry: Entry,
  content: Content,
  limit: number,
): { readonly head: Content; readonly rest: readonly string[] } {
  const { markdown, attachment } = ownPart(entry, content);
  const [first = "", ...rest] = pieces(markdown, limit);
  return { head: { markdown: first, attachment }, rest };
}

function ownPart({ frozen, quarantined, ifFrozen, about }: Entry, content: Content): Content {
  const kept = quarantined?.isHeld ? quarantined : undefined;
  const said = kept?.content ?? frozen?.said;
  if (!said) {
    return content;
  }
  const isWhole = ifFrozen === "repeat" && content.markdown !== said.markdown;
  const rest = isWhole ? content.markdown : remainderAfter(said.markdown, content.markdown);
  const attachment = isSameAttachment(said, content) ? undefined : content.attachment;
  const words = [kept?.marker ?? "", rest].filter((part) => part !== "").join("\n\n");
  return { markdown: words === "" && attachment ? (about ?? "") : words, attachment };
}

/** What can be read of a post. */
type Said = Pick<Post, "message" | "attachment">;

/** Takes note of what the post says: an edit may be done that nobody heard of. */
export function noteSaid(entry: Entry, post: Said): void {
  const { quarantined } = entry;
  if (quarantined && !quarantined.isHeld && !isMarker(post.message)) {
    entry.quarantined = undefined;
  }
  if (!entry.quarantined) {
    entry.written = saidBy(entry, post);
  }
}

/** How much of what was asked for the post says; what is known of it when its words don't tell. */
function saidBy(entry: Entry, { message, attachment: read }: Said): Content | undefined {
  const { wanted, written, frozen } = entry;
  const own = ownPart(entry, wanted).markdown;
  const attachment = read ?? written?.attachment;
  if (own.startsWith(message)) {
    return {
      markdown: wanted.markdown.slice(0, wanted.markdown.length - own.length + message.length),
      attachment,
    };
  }
  // Words may be kept otherwise than they were sent: what is known beats what is read then.
  return written ?? (frozen ? undefined : { markdown: message, attachment });
}

/** Whether the post says all that an edit was to say, whatever was answered. */
export function isSaid(
  entry: Entry,
  post: Said,
  { head, attachment }: { head: Content; attachment: Content["attachment"] },
): boolean {
  const said = post.attachment ?? entry.written?.attachment;
  return post.message === head.markdown && said?.text === attachment?.text;
}

/** Whether its post says nothing but that something can't be said. */
export function isMarkerAlone({ quarantined, written }: Entry): boolean {
  return quarantined !== undefined && (!quarantined.isHeld || isSameContent(written, quarantined.content));
}

/** The post can't be edited any more: from now on what is new goes into another one. */
export function freezePost(entry: Entry, pendingPostId: string): void {
  const { id, quarantined, written, frozen } = entry;
  if (quarantined && !quarantined.isHeld) {
    // The marker stays where it is; what it stood for is tried in another post.
    forgetPost(entry, pendingPostId);
    entry.quarantined = { ...quarantined, marker: "" };
    return;
  }
  const first = frozen?.id ?? id;
  entry.frozen = first && { id: first, said: written ?? frozen?.said ?? { markdown: "" } };
  forgetPost(entry, pendingPostId);
}

/** The marker stays, and what it stands for is not tried again. */
export function keepMarker(entry: Entry, quarantined: Quarantined, content: Content): void {
  entry.quarantined = { ...quarantined, content, isHeld: true };
  entry.written = content;
  entry.creating = undefined;
}

/** The next write makes a new post. */
export function forgetPost(entry: Entry, pendingPostId: string): void {
  entry.id = undefined;
  entry.written = undefined;
  entry.creating = undefined;
  entry.quarantined = undefined;
  // Files go with the post they were in.
  entry.fileId = undefined;
  entry.fileIds = undefined;
  entry.pendingPostId = pendingPostId;
}
