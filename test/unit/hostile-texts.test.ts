// A guard against hangs: what people write, and what Claude and the server send, is understood in a moment, whatever it is.

import { test } from "vitest";
import { Decoder } from "../../src/claude/decode.ts";
import { decodeRequestHead } from "../../src/claude/decode-control.ts";
import { withoutFileMentions } from "../../src/claude/file-mentions.ts";
import { LineFramer } from "../../src/claude/line-framer.ts";
import { SentMessages } from "../../src/claude/sent-messages.ts";
import { parseUrl, parseUsernames } from "../../src/config/parse.ts";
import { canonicalEmoji } from "../../src/mattermost/emoji.ts";
import { apiUrl } from "../../src/mattermost/url.ts";
import { spokenBy, withoutLabels } from "../../src/render/speaker-labels.ts";
import { KnownTexts } from "../../src/router/known-texts.ts";
import { leadingNames, mentions, nameCandidates, withoutLeadingMention } from "../../src/router/mention.ts";
import { parseCommand } from "../../src/router/parse-command.ts";
import { nearestCommand } from "../../src/session/commands.ts";
import { decisionIn } from "../../src/session/deciding-words.ts";
import { optionsNamed } from "../../src/session/option-words.ts";
import { safeFileName } from "../../src/util/file-names.ts";
import { nameByType } from "../../src/util/file-type.ts";
import { createRedact } from "../../src/util/redact.ts";
import { storable } from "../../src/util/storable.ts";
import { endsAtOnce, part } from "../support/hostile-texts.ts";
import {
  asks,
  OTHER,
  OWNER,
  permission,
  plan,
  question,
  turnEnded,
  working,
} from "../support/session-script.ts";

const silent = { lines() {}, tooLong() {}, endless() {} };

const WORK: Readonly<Record<string, (text: string) => unknown>> = {
  "who is mentioned": (text) => [
    mentions(text, "claude-code"),
    mentions(text, "a"),
    withoutLeadingMention(text, "a"),
    leadingNames(text),
    nameCandidates(text),
  ],
  "a command": (text) => [
    parseCommand(text, true),
    parseCommand(`!invite ${text}`, false),
    parseCommand(`stop${text}`, true),
    nearestCommand(text, ["compact"]),
    canonicalEmoji(text),
    new KnownTexts().note({ id: "p" as never, message: text }),
  ],
  "words that decide": (text) => [
    decisionIn(text),
    decisionIn(`no, ${text}`),
    decisionIn(`yes ${text}`),
    decisionIn(`${text}?`),
    optionsNamed(text, question("a", [text], true)),
  ],
  "whose words they are": (text) => [withoutLabels(text), withoutLabels(`[@x]${text}`), spokenBy(text, text)],
  "a file's name": (text) => [safeFileName(text, "x"), nameByType(text, undefined)],
  "files that words name": withoutFileMentions,
  "a line of Claude's": (text) => {
    const decoder = new Decoder();
    const message = { id: "m", role: "assistant", content: [{ type: "text", text }] };
    for (const frame of [
      { type: text },
      { type: "assistant", message },
      { type: "user", uuid: "u", message: { content: text } },
      { type: "user", message: { content: [{ type: "tool_result", tool_use_id: "t", content: text }] } },
      { type: "user", message: { content: `<local-command-stdout>${text}` } },
      { type: "result", subtype: text, is_error: true, result: text, errors: [text] },
      { type: "system", subtype: "informational", prevent_continuation: true, content: text },
    ]) {
      decoder.decode(JSON.stringify(frame));
    }
    decodeRequestHead(`{"type":"control_request","request_id":"${text}`);
    new SentMessages().add("u", [{ type: "text", text }]);
    const framer = new LineFramer(silent);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 64) {
      framer.push(bytes.subarray(at, at + 64));
    }
    framer.end();
  },
  "what is kept and logged": (text) => [
    storable(text),
    createRedact(["0123456789abcdefghij", "aaaaaaaaaaaaaaaa"])(text),
  ],
  "a setting": (text) => [parseUrl(`https://x${text}`), parseUsernames(text), apiUrl(`https://x/${text}`)],
  "what is said in a session": (whole) => {
    const text = part(whole);
    const script = working();
    script.claude({ type: "textDelta", text, blockIndex: 0 });
    script.says(OWNER, text);
    script.says(OTHER, text);
    script.command(OWNER, { name: "invite", username: text, user: undefined });
    script.claude(turnEnded(true, text));
  },
  "the answer to what is asked": (whole) => {
    const text = part(whole);
    for (const asked of [plan("r", text), permission("r"), asks("r", question("a", ["b"], true))]) {
      const script = working();
      script.claude(asked);
      script.postCard();
      script.says(OWNER, text);
    }
  },
};

test.each(Object.entries(WORK))("%s: understood at once, whatever the text", endsAtOnce, 5 * 60_000);
