#!/usr/bin/env node
// A small, fast stand-in for the Claude CLI: the same stdio protocol as 2.1.330, the same saved conversations,
// and the same scripted model behind it (ANTHROPIC_BASE_URL), so that one scenario runs on both.
// FAKE_CLAUDE=old-controls: as the versions that never answer a request they do not know; old-fork: as 1.0.128, which
// can't give the copy of a conversation an id.
// It knows nothing of scenes, except those in which the program itself misbehaves (fake-claude/misbehaviour.mjs).

import { openCheckpoints } from "./fake-claude/checkpoints.mjs";
import { createControls, MODEL_CHOICES, resolvedModel } from "./fake-claude/controls.mjs";
import { createConversation } from "./fake-claude/conversation.mjs";
import { misbehave } from "./fake-claude/misbehaviour.mjs";
import { createRules } from "./fake-claude/rules.mjs";
import { openSession } from "./fake-claude/running.mjs";
import { openTranscript } from "./fake-claude/transcript.mjs";
import { createWire } from "./fake-claude/wire.mjs";

const args = process.argv.slice(2);
const optionOf = (flag) => {
  const at = args.indexOf(flag);
  return at === -1 ? undefined : args[at + 1];
};

const faults = new Set((process.env.FAKE_CLAUDE ?? "").split(",").filter(Boolean));
if (args.join(" ") === "auth status") {
  // As 2.1.330, which knows a key without asking whether it is a good one.
  const loggedIn = process.env.ANTHROPIC_API_KEY !== undefined;
  console.log(JSON.stringify({ loggedIn, authMethod: loggedIn ? "api_key" : "none" }));
  process.exit(loggedIn ? 0 : 1);
}
if (args.includes("--version")) {
  console.log(`${faults.has("old-fork") ? "1.0.128" : "2.1.330"} (Claude Code)`);
  process.exit(0);
}

if (faults.has("crash-at-start")) {
  process.stderr.write("Error: the fake was told to crash at its start\n");
  process.exit(1);
}

const isFork = args.includes("--fork-session");
const named = optionOf("--session-id");
const resumed = isFork ? undefined : optionOf("--resume");
const sessionId = resumed ?? named ?? "00000000-0000-4000-8000-000000000000";
if (isFork && faults.has("old-fork")) {
  process.stderr.write("Error: --session-id cannot be used with --continue or --resume.\n");
  process.exit(1);
}
const wire = createWire(sessionId);
const transcript = openTranscript(sessionId);

if (resumed !== undefined && !transcript.exists) {
  const message = `No conversation found with session ID: ${sessionId}`;
  process.stderr.write(`${message}\n`);
  wire.emit({
    type: "result",
    subtype: "error_during_execution",
    is_error: true,
    num_turns: 0,
    errors: [message],
  });
  process.exit(1);
}
if (resumed === undefined && transcript.exists) {
  process.stderr.write(`Error: Session ID ${sessionId} is already in use.\n`);
  process.exit(1);
}

if (isFork) {
  const problem = transcript.copy(optionOf("--resume"), optionOf("--resume-session-at"));
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
openSession(sessionId);

const isDeaf = faults.has("deaf");
process.on("SIGTERM", () => {
  if (!isDeaf) process.exit(143);
});
if (faults.has("grandchild")) misbehave("grandchild", wire);
if (faults.has("detached-grandchild")) misbehave("detached-grandchild", wire);
// Lives on whatever happens to stdin.
if (isDeaf) setInterval(() => {}, 60_000);

const checkpoints = openCheckpoints(sessionId);
const flagged = args.indexOf("--allowedTools");
const allowed = flagged === -1 ? [] : args.slice(flagged + 1);
const firstOther = allowed.findIndex((arg) => arg.startsWith("--"));
const rules = createRules(firstOther === -1 ? allowed : allowed.slice(0, firstOther));
const flag = "--append-system-prompt=";
const instructions = args.find((arg) => arg.startsWith(flag))?.slice(flag.length);
const conversation = createConversation({ wire, transcript, checkpoints, rules, instructions });
const firstMode = optionOf("--permission-mode");
if (firstMode !== undefined) conversation.setMode(firstMode);
const firstModel = optionOf("--model");
if (firstModel !== undefined) conversation.setModel(resolvedModel(firstModel));
process.on("SIGINT", () => {
  conversation.interrupt();
  conversation.end();
});

const controls = createControls({ conversation, checkpoints, rules, isOld: faults.has("old-controls") });

function receive(frame) {
  switch (frame.type) {
    case "user":
      return conversation.say(frame);
    case "control_response":
      return wire.settle(frame.response);
    case "control_request": {
      const { request_id, request } = frame;
      const succeed = (response) =>
        wire.emit({ type: "control_response", response: { subtype: "success", request_id, response } });
      if (request.subtype === "initialize") {
        if (!faults.has("mute"))
          succeed({ commands, models: MODEL_CHOICES, agents: [], account: {}, pid: process.pid });
      } else if (request.subtype === "interrupt") {
        const still_queued = conversation.queued();
        conversation.interrupt();
        succeed({ still_queued });
      } else if (controls.has(request.subtype)) {
        const answer = controls.answer(request);
        if ("error" in answer) {
          const { error } = answer;
          wire.emit({ type: "control_response", response: { subtype: "error", request_id, error } });
        } else if (answer.later) {
          wire.emit({ type: "system", subtype: "control_request_progress", request_id, status: "started" });
          answer.later.then(succeed);
        } else {
          succeed(answer.response);
        }
        // Tells what has changed, after the answer.
        wire.emit(...(answer.frames ?? []));
      } else if (!faults.has("old-controls")) {
        const error = `Unsupported control request subtype: ${request.subtype}`;
        wire.emit({ type: "control_response", response: { subtype: "error", request_id, error } });
      }
    }
  }
}

const commands = [
  { name: "clear", description: "Begin a new conversation", argumentHint: "" },
  { name: "code-review", description: "Review the diff", argumentHint: "[target]", aliases: ["review"] },
  { name: "compact", description: "Compact the conversation", argumentHint: "" },
  { name: "config", description: "Open the settings", argumentHint: "", aliases: ["settings"] },
  { name: "context", description: "Show the context", argumentHint: "" },
  { name: "usage", description: "Show the cost", argumentHint: "", aliases: ["cost", "stats"] },
];

let rest = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    if (line.trim() === "") continue;
    let frame;
    try {
      frame = JSON.parse(line);
    } catch (error) {
      process.stderr.write(`Error parsing streaming input line: ${line}: ${error}\n`);
      process.exit(1);
    }
    receive(frame);
  }
});
process.stdin.on("end", () => {
  wire.failAsks("Tool permission stream closed before response received");
  if (!isDeaf) conversation.end();
});
