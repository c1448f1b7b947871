// Messages that scripts of this machine send (`mm-claude send`): each is a message of one person, with that person's
// rights and no others. It is posted in a thread of its own, or in one that there is, and the session there takes it.

import { randomUUID } from "node:crypto";
import type { SendEvent, SendRequest } from "../control/send-protocol.ts";
import { isTransient, MattermostError } from "../mattermost/error.ts";
import type { FileId, ThreadId } from "../mattermost/types.ts";
import { notice } from "../render/attachments.ts";
import { harmless } from "../render/markdown.ts";
import { authorize, type Person } from "../session/authorization.ts";
import { followMessage } from "../session/followed-message.ts";
import { tooBusy } from "../session/lifecycle.ts";
import type { Message } from "../session/signals.ts";
import type { Connection } from "./bridge.ts";
import { linksAt } from "./links.ts";
import { uploadFiles } from "./script-files.ts";
import { newsTeller } from "./script-news.ts";
import { scriptPost } from "./script-post.ts";
import { NotSent, personOf, type Target, targetOf } from "./script-target.ts";
import type { ServedChannel } from "./served-channel.ts";

/** Resolves when all is told. `gone`: nobody listens any more. Never rejects. */
export type ScriptMessages = (
  request: SendRequest,
  tell: (event: SendEvent) => void,
  gone: AbortSignal,
) => Promise<void>;

export interface ScriptMessagesOptions {
  readonly connection: Connection;
  readonly channels: () => readonly ServedChannel[];
}

export function scriptMessages(options: ScriptMessagesOptions): ScriptMessages {
  return async (request, tell, gone) => {
    let isPosting = false;
    const onPosting = (): void => {
      isPosting = true;
    };
    try {
      await send(request, options, { tell, gone, onPosting });
    } catch (error) {
      if (isPosting || !gone.aborted) {
        tell({ event: "refused", ...whyNot(error, isPosting, options.connection) });
      }
    }
  };
}

interface Listening {
  readonly tell: (event: SendEvent) => void;
  readonly gone: AbortSignal;
  /** From now on it may be in the channel, whatever the server answers. */
  readonly onPosting: () => void;
}

function whyNot(
  error: unknown,
  isPosting: boolean,
  { log, redact }: Pick<Connection, "log" | "redact">,
): { readonly why: string; readonly isPassing: boolean; readonly isUnclear?: boolean } {
  if (error instanceof NotSent) {
    return { why: redact(error.message), isPassing: error.isPassing };
  }
  if (error instanceof MattermostError) {
    const isPassing = isTransient(error);
    return { why: redact(error.message), isPassing, isUnclear: isPassing && isPosting };
  }
  log.error("A script's message could not be sent", error);
  return {
    why: "mm-claude failed to send it; mm-claude logs says more",
    isPassing: true,
    isUnclear: isPosting,
  };
}

async function send(
  request: SendRequest,
  { connection, channels }: ScriptMessagesOptions,
  { tell, gone, onPosting }: Listening,
): Promise<void> {
  const { listeners, redact, token, clock, url } = connection;
  const target = await targetOf(request, channels(), connection);
  const by = await personOf(request.as, target, connection);
  if (!mayStart(by, target)) {
    throw new NotSent(notAmongThose(by, target));
  }
  if (request.text.trim() === "" && request.files.length === 0) {
    throw new NotSent("There is nothing in it");
  }
  const fileIds = await uploadFiles(request.files, target, connection, gone);
  // What is not posted yet is nobody's who does not wait for it.
  gone.throwIfAborted();
  onPosting();
  let leave = (): void => {};
  const answered = new Promise<void>((resolve) => {
    leave = resolve;
  });
  gone.addEventListener("abort", leave);
  let unlisten = (): void => {};
  const onPosted = (message: Message, thread: ThreadId): void => {
    const { audit } = target.project.place;
    const files = message.files.map(({ name }) => name);
    audit.append({ action: "sent", by, threadId: thread, what: { from: "script", as: by.name, files } });
    const link = (connection.linkOf ?? linksAt(url).thread)(thread);
    tell({ event: "started", thread, link });
    if (request.wait) {
      const news = newsTeller({ tell, leave, link, redact, secrets: [token], now: () => clock.now() });
      unlisten = listeners.listen(thread, followMessage(message.uuid, news));
    }
  };
  try {
    const shown = redact(request.text);
    const problem = await deliver(target, { by, fileIds, request, shown, onPosted });
    if (problem !== undefined) {
      tell({ event: "ended", ok: false, seconds: 0, reason: problem });
    } else if (request.wait) {
      await answered;
    }
  } finally {
    unlisten();
    gone.removeEventListener("abort", leave);
  }
}

const mayStart = ({ id }: Person, { project }: Target): boolean =>
  authorize("start", id, undefined, project.rightsOf);

const notAmongThose = ({ name }: Person, { project }: Target): string =>
  `@${name} is not among those who may start a session in ${project.name}. Add them to ALLOWED_USERS, or send as somebody who is`;

interface Delivery {
  readonly by: Person;
  readonly fileIds: readonly FileId[];
  readonly request: SendRequest;
  /** Its text, as people see it. */
  readonly shown: string;
  /** Called before the session has it. */
  readonly onPosted: (message: Message, thread: ThreadId) => void;
}

/** Gives why nothing takes the message that stands there now. */
async function deliver(target: Target, delivery: Delivery): Promise<string | undefined> {
  const { project, thread } = target;
  const { by, fileIds, request, shown, onPosted } = delivery;
  const { key, text } = request;
  if (thread !== undefined) {
    return deliverTo(thread, target, delivery);
  }
  const root = scriptPost(by, shown, true);
  const started = await project.start({ key, by, root, fileIds, text, onPosted });
  if (started.problem !== undefined && started.thread !== undefined) {
    // It names somebody, and calls nobody.
    project.place.reply(started.thread, notice(harmless(started.problem)));
  }
  if (started.problem !== undefined && started.thread === undefined) {
    throw new NotSent(started.problem);
  }
  return started.problem;
}

/** The thread's session takes it, also where it sleeps; where there is none, one begins. */
async function deliverTo(
  thread: ThreadId,
  target: Target,
  { by, fileIds, request, shown, onPosted }: Delivery,
): Promise<string | undefined> {
  const { project } = target;
  const { api, channelId, reply } = project.place;
  const post = await api.createPost({
    channelId,
    rootId: thread,
    message: scriptPost(by, shown, false),
    pendingPostId: request.key,
    fileIds,
  });
  // The right may have gone while the server was asked.
  if (!mayStart(by, target)) {
    reply(thread, notice(harmless(notAmongThose(by, target))));
    return notAmongThose(by, target);
  }
  const session = project.sessions.find(thread);
  const message: Message = {
    uuid: randomUUID(),
    postId: post.id,
    by,
    text: request.text,
    files: post.files,
    isSlashCommand: false,
    withThread: session === undefined,
    // Without a time: words of a script are no answer to what people are asked.
  };
  onPosted(message, thread);
  if (session) {
    session.deliver({ type: "message", message });
  } else if (!project.sessions.open(thread, by, message)) {
    reply(thread, notice(tooBusy(project.maxSessions)));
    return tooBusy(project.maxSessions);
  }
  return undefined;
}
