// What becomes of a script's message, as the events that are sent to who waits for it. Nothing in them shows a secret,
// also where it comes in pieces.

import type { ScriptEvent } from "../control/send-protocol.ts";
import type { MessageNews } from "../session/followed-message.ts";
import type { Redact } from "../util/redact.ts";
import { redactedPieces } from "../util/redacted-pieces.ts";

/** In characters of JSON. */
const LONGEST_INPUT = 20_000;

export interface NewsTellerOptions {
  readonly tell: (event: ScriptEvent) => void;
  /** Nothing more will be told. */
  readonly leave: () => void;
  readonly link: string;
  readonly redact: Redact;
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function newsTeller(options: NewsTellerOptions): (news: MessageNews) => void {
  const { tell, leave, link, redact, secrets, now } = options;
  const since = now();
  const words = redactedPieces(secrets, (text) => tell({ event: "text", text }));
  return (news) => {
    if (news.type === "words") {
      words.take(news.text);
      return;
    }
    words.flush();
    switch (news.type) {
      case "tool":
        tell({ event: "tool", name: redact(news.name), ...inputOf(news.input, redact) });
        break;
      case "asked":
        tell({ event: "asked", what: redact(news.subject), link });
        break;
      case "decided": {
        const { subject, decision, by } = news;
        tell({ event: "decided", what: redact(subject), decision, ...(by === undefined ? {} : { by }) });
        break;
      }
      case "ended": {
        const { problem } = news;
        const reason = problem === undefined ? {} : { reason: redact(problem) };
        const seconds = Math.max(0, now() - since) / 1000;
        tell({ event: "ended", ok: problem === undefined, seconds, ...reason });
        leave();
        break;
      }
      case "left":
        leave();
        break;
    }
  };
}

function inputOf(
  input: Readonly<Record<string, unknown>>,
  redact: Redact,
): { readonly input?: Record<string, unknown> } {
  const text = redact(JSON.stringify(input));
  return text.length > LONGEST_INPUT ? {} : { input: JSON.parse(text) as Record<string, unknown> };
}
