// Turns: takes queued messages, asks the model, runs its tools, until it has nothing more to do.
// As 2.1.330: messages that wait are taken together; one that comes while a tool runs joins the running turn.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createAccount, planLimitOf } from "./account.mjs";
import { createAgents } from "./agents.mjs";
import { createBackground } from "./background.mjs";
import { refusalOf } from "./hooks.mjs";
import { misbehave, misbehaviourIn } from "./misbehaviour.mjs";
import { ApiError, blocks, streamMessage } from "./model.mjs";
import { createTools } from "./tools.mjs";

export function createConversation({ wire, transcript, checkpoints, rules, instructions }) {
  const system = () => [`Primary working directory: ${process.cwd()}`, instructions].join("\n\n");
  const queue = [];
  let model = "claude-opus-5-5";
  const notifications = [];
  let turn;
  let isEnding = false;
  let lastFailed = false;
  const account = createAccount();
  const tools = createTools(rules, checkpoints);
  const background = createBackground({ wire, notify, remind: (text) => notifications.push(text) });
  const agents = createAgents({ wire, tools, stream, background });

  function notify(text) {
    notifications.push(text);
    next();
  }

  function next() {
    if (turn !== undefined) return;
    // A reminder waits for the next message.
    if (queue.length === 0 && !notifications.some((note) => note.startsWith("<system-reminder>"))) {
      if (isEnding && !background.areWorking()) process.exit(lastFailed ? 1 : 0);
      return;
    }
    turn = new AbortController();
    runTurn(turn.signal).then(
      (result) => {
        turn = undefined;
        lastFailed = result.is_error;
        wire.emit({
          type: "result",
          duration_ms: 1,
          num_turns: 1,
          ...account.totals(),
          permission_denials: [],
          ...result,
        });
        next();
      },
      (error) => {
        process.stderr.write(`${error.stack}\n`);
        process.exit(1);
      },
    );
  }

  async function runTurn(signal) {
    const taken = queue.splice(0);
    const said = taken.map(({ message }) => message.content).flatMap(blocksOf);
    const text = said.map((block) => block.text ?? "").join("\n");
    if (taken.length > 0) {
      const command = await slashCommand(text, taken);
      if (command !== undefined) return command;
      const refusal = refusalOf(text);
      if (refusal !== undefined) return refused(refusal, taken);
    }
    const fault = misbehaviourIn(text);
    const events = notifications.splice(0).map((note) => ({ type: "text", text: note }));
    transcript.closeCutTurn();
    transcript.save({ role: "user", content: [...events, ...said] }, taken.at(-1)?.uuid ?? randomUUID());
    for (const { uuid } of taken) checkpoints.begin(uuid);
    startTurn();
    if (fault !== undefined && fault !== "die") misbehave(fault, wire);

    for (let step = 0; step < 50; step++) {
      const answer = await askModel(signal, step === 0 ? taken : [], fault);
      if (answer.result !== undefined) return answer.result;
      if (answer.calls.length === 0) return success(answer.text);
      const results = await Promise.all(answer.calls);
      transcript.save({ role: "user", content: results }, randomUUID());
      if (signal.aborted) return interrupted("[Request interrupted by user for tool use]", "aborted_tools");
      takeMidTurn();
    }
    return success("");
  }

  function startTurn() {
    wire.emit({
      type: "system",
      subtype: "init",
      cwd: process.cwd(),
      tools: tools.names,
      mcp_servers: [],
      model,
      permissionMode: tools.mode(),
      slash_commands: [],
    });
  }

  /** One message of the model, streamed; its tools start as soon as they are written. */
  async function askModel(signal, taken, fault) {
    let text = "";
    let partial = "";
    let messageId;
    const calls = [];
    try {
      const body = { model, system: system(), messages: transcript.messages, tools: tools.offered };
      for await (const { event, block } of blocks(stream(body, signal))) {
        if (event.type === "message_start") {
          messageId = event.message.id;
          replay(taken.splice(0));
        }
        account.note(event);
        wire.emit({ type: "stream_event", event, parent_tool_use_id: null });
        if (event.delta?.type === "text_delta") partial += event.delta.text;
        if (fault === "die" && partial !== "") misbehave("die", wire);
        if (block !== undefined) {
          const frame = {
            type: "assistant",
            message: {
              id: block.messageId,
              type: "message",
              role: "assistant",
              model,
              content: [block.content],
            },
            parent_tool_use_id: null,
          };
          transcript.save({ id: block.messageId, role: "assistant", content: [block.content] }, randomUUID());
          partial = "";
          if (block.content.type === "text") text = block.content.text;
          // The tool and the question about it in one write: nothing can come between them.
          if (block.content.type === "tool_use") calls.push(startTool(block.content, frame));
          else wire.emit(frame);
        }
      }
      return { text, calls };
    } catch (error) {
      if (signal.aborted) {
        const results = await Promise.all(calls);
        if (results.length > 0) transcript.save({ role: "user", content: results }, randomUUID());
        if (partial !== "") {
          transcript.save(
            { id: messageId, role: "assistant", content: [{ type: "text", text: partial }] },
            randomUUID(),
          );
          wire.emit({
            type: "assistant",
            message: {
              id: messageId,
              role: "assistant",
              model,
              content: [{ type: "text", text: partial }],
            },
            parent_tool_use_id: null,
          });
        }
        return { result: interrupted("[Request interrupted by user]", "aborted_streaming") };
      }
      const limit = planLimitOf(error);
      if (limit !== undefined) {
        wire.emit({ type: "rate_limit_event", rate_limit_info: limit.info });
        replay(taken);
        synthetic(limit.words);
        return {
          result: { subtype: "success", is_error: true, result: limit.words, terminal_reason: "api_error" },
        };
      }
      replay(taken);
      const message = `API Error: ${error.status ?? ""} ${error.message}`;
      synthetic(message);
      return {
        result: { subtype: "success", is_error: true, result: message, terminal_reason: "completed" },
      };
    }
  }

  async function startTool(use, frame) {
    const request = tools.permissionFor(use);
    let input = request?.input ?? use.input;
    if (request === undefined) {
      wire.emit({ ...frame, message: { ...frame.message, content: [use] } });
    } else {
      const { frame: question, answer } = wire.ask({ ...request, tool_use_id: use.id });
      wire.emit({ ...frame, message: { ...frame.message, content: [{ ...use, input }] } }, question);
      const decided = await answer;
      if (decided === "cancelled") return emitResult(use, { text: rejected, isError: true }, null);
      if (decided.behavior === "deny")
        return emitResult(
          use,
          { text: decided.message, isError: true, structured: `Error: ${decided.message}` },
          null,
        );
      input = decided.updatedInput ?? input;
      rules.take(decided.updatedPermissions);
    }
    const outcome =
      use.name === "Agent" || use.name === "Task"
        ? await agents.start(use, turn?.signal)
        : use.name === "Bash" && input.run_in_background === true
          ? background.startCommand({ ...use, input })
          : await tools.run(use.name, input);
    return emitResult(use, outcome, null);
  }

  function emitResult(use, { text, isError = false, structured }, parent) {
    const block = { type: "tool_result", tool_use_id: use.id, content: text, is_error: isError };
    wire.emit({
      type: "user",
      message: { role: "user", content: [block] },
      parent_tool_use_id: parent,
      tool_use_result: structured,
    });
    return block;
  }

  function takeMidTurn() {
    for (const { message, uuid } of queue.splice(0)) {
      wire.emit({ type: "user", message, parent_tool_use_id: null, uuid, isReplay: true });
      const said = blocksOf(message.content)
        .map((block) => block.text ?? `[${block.type}]`)
        .join("\n");
      const text = `The user sent a new message while you were working:\n${said}\n\nThis is how Claude Code surfaces messages the user sends mid-turn.`;
      transcript.save({ role: "system", content: [{ type: "text", text }] }, uuid);
    }
  }

  function interrupted(text, terminal_reason) {
    const message = { role: "user", content: [{ type: "text", text }] };
    transcript.save(message, randomUUID());
    wire.emit({ type: "user", message, parent_tool_use_id: null });
    return {
      subtype: "error_during_execution",
      is_error: true,
      terminal_reason,
      errors: ["[ede_diagnostic] scripted"],
    };
  }

  /** Retries like the CLI does, with shorter waits. */
  async function* stream(body, signal) {
    const most = Number(process.env.CLAUDE_CODE_MAX_RETRIES ?? 2);
    for (let attempt = 1; ; attempt++) {
      try {
        yield* streamMessage(body, signal);
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || attempt > most || planLimitOf(error)) throw error;
        const retry_delay_ms = 20 * attempt;
        wire.emit({
          type: "system",
          subtype: "api_retry",
          attempt,
          max_retries: most,
          retry_delay_ms,
          error_status: error.status,
          error: error.message.toLowerCase(),
        });
        await sleep(retry_delay_ms, undefined, { signal });
      }
    }
  }

  /** The CLI's own commands; any other "/name" goes to the model as text. */
  async function slashCommand(text, taken) {
    const name = /^\/([\w-]+)/.exec(text)?.[1];
    if (name === "clear") return clear(taken);
    if (!["usage", "cost", "context", "compact"].includes(name)) return undefined;
    if (name === "compact") {
      wire.emit({ type: "system", subtype: "status", status: "compacting" });
      wire.emit({ type: "system", subtype: "status", status: null, compact_result: "success" });
    }
    startTurn();
    if (name === "compact")
      wire.emit({ type: "system", subtype: "compact_boundary", compact_metadata: { trigger: "manual" } });
    const answer =
      { compact: "Compacted", context: "## Context Usage\n\n10 of 200k tokens" }[name] ?? "Total cost: $0.00";
    synthetic(answer);
    replay(taken);
    return success(answer);
  }

  /** What was in the background goes on: only the conversation is another one. */
  function clear(taken) {
    const uuid = randomUUID();
    const user_message_uuid = taken.at(-1)?.uuid;
    wire.emit({
      type: "conversation_reset",
      new_conversation_id: uuid,
      uuid,
      trigger: "clear",
      user_message_uuid,
    });
    background.tell();
    // Not the id that was told before.
    const id = randomUUID();
    wire.beginSession(id);
    transcript.beginSession(id);
    startTurn();
    replay(taken);
    return { ...success(""), num_turns: 0, local_command: "clear" };
  }

  /** Nothing of it is saved, and its last message is never echoed. */
  function refused({ reason, content }, taken) {
    replay(taken.slice(0, -1));
    startTurn();
    wire.emit({
      type: "system",
      subtype: "informational",
      content,
      level: "warning",
      prevent_continuation: true,
      prompt_submit_outcome: { kind: "blocked_by_hook", prompt_kept: false, reason },
    });
    for (const { uuid } of taken)
      wire.emit({ type: "command_lifecycle", command_uuid: uuid, state: "completed" });
    return { ...success(content), num_turns: 0 };
  }

  function replay(messages) {
    for (const { message, uuid } of messages) {
      wire.emit({ type: "user", message, parent_tool_use_id: null, uuid, isReplay: true });
    }
  }

  function synthetic(text) {
    wire.emit({
      type: "assistant",
      message: {
        id: randomUUID(),
        role: "assistant",
        model: "<synthetic>",
        content: [{ type: "text", text }],
      },
      parent_tool_use_id: null,
    });
  }

  return {
    say(frame) {
      queue.push({ message: frame.message, uuid: frame.uuid ?? randomUUID() });
      next();
    },
    background,
    setMode: (mode) => tools.setMode(mode),
    /** Beside what runs, and not kept. */
    async aside(question) {
      const said = { role: "user", content: [{ type: "text", text: question }] };
      const messages = [...transcript.messages, said];
      let text = "";
      for await (const event of streamMessage({ model, system: system(), messages, tools: tools.offered })) {
        if (event.delta?.type === "text_delta") text += event.delta.text;
      }
      return text;
    },
    rename: (title) => transcript.rename(title),
    setModel(name) {
      model = name;
    },
    queued: () => queue.map(({ uuid }) => uuid),
    interrupt() {
      turn?.abort();
      wire.cancelAsks();
    },
    end() {
      isEnding = true;
      next();
    },
  };
}

const rejected =
  "The user doesn't want to proceed with this tool use. The tool use was rejected. STOP what you are doing and wait for the user to tell you how to proceed.";

const success = (result) => ({ subtype: "success", is_error: false, result, terminal_reason: "completed" });
const blocksOf = (content) => (typeof content === "string" ? [{ type: "text", text: content }] : content);
