// `mm-claude send` over the control socket: what a script asks, and what it is told, an event a line. The events but the
// first are also what `--json` prints: fields are added to them, and never changed or taken away.

import { isAbsolute } from "node:path";
import { z } from "zod";

/** In UTF-8. */
export const MOST_TEXT_BYTES = 200_000;
export const MOST_FILES = 10;

/** Mattermost's names are shorter, and its links too. */
const name = z.string().min(1).max(200);

export const sendRequest = z.object({
  request: z.literal("send"),
  /** One for each message: the same is never posted twice. */
  key: z.uuid(),
  /** Whose message it is: a username. Absent: who is named in the daemon's settings. */
  as: name.optional(),
  project: name.optional(),
  /** A link to a post of the thread that it goes to, or its id; absent: it begins a thread. */
  thread: z.string().min(1).max(2000).optional(),
  text: z.string().refine((text) => Buffer.byteLength(text) <= MOST_TEXT_BYTES),
  /** Paths, which the daemon reads as the same user. */
  files: z.array(z.string().min(1).max(4096).refine(isAbsolute)).max(MOST_FILES),
  /** To be told what becomes of it, until it is answered. */
  wait: z.boolean(),
});
export type SendRequest = z.infer<typeof sendRequest>;

/** What happens once the message is in its thread. */
export const scriptEvent = z.discriminatedUnion("event", [
  /** It is posted. `link`: the thread in a browser. */
  z.object({ event: z.literal("started"), thread: z.string(), link: z.string() }),
  /** Claude's words, as they come: put one after the other they are the answer. */
  z.object({ event: z.literal("text"), text: z.string() }),
  /** Claude uses a tool; absent: its input is too large to be told. */
  z.object({
    event: z.literal("tool"),
    name: z.string(),
    input: z.record(z.string(), z.unknown()).optional(),
  }),
  /** People have to decide something in the thread, such as "permission for Bash". */
  z.object({ event: z.literal("asked"), what: z.string(), link: z.string() }),
  /** It is decided. `decision`: as the audit trail names it; "void" when nobody can decide it any more. */
  z.object({
    event: z.literal("decided"),
    what: z.string(),
    decision: z.string(),
    by: z.string().optional(),
  }),
  /** The turn is over, and what it had begun beside it. `reason`: why it did not end well. */
  z.object({
    event: z.literal("ended"),
    ok: z.boolean(),
    seconds: z.number(),
    reason: z.string().optional(),
  }),
]);
export type ScriptEvent = z.infer<typeof scriptEvent>;

export const sendEvent = z.discriminatedUnion("event", [
  /** The daemon has read the request, and works on it. */
  z.object({ event: z.literal("accepted") }),
  /** Nothing was sent, or it is not known: `isUnclear`. `isPassing`: it may be otherwise in a while. */
  z.object({
    event: z.literal("refused"),
    why: z.string(),
    isPassing: z.boolean(),
    isUnclear: z.boolean().optional(),
  }),
  ...scriptEvent.options,
]);
export type SendEvent = z.infer<typeof sendEvent>;
