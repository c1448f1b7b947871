// The tools: which are offered, which ask first, and what they do. Results have the shape the real ones have.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** FAKE_CLAUDE_TOOLS=old offers what 2.0 offered: TodoWrite, Task and Grep. */
const isOld = process.env.FAKE_CLAUDE_TOOLS === "old";
const common = ["AskUserQuestion", "Bash", "Edit", "EnterPlanMode", "ExitPlanMode", "Read", "Write"];
const names = [...common, ...(isOld ? ["Task", "Grep", "TodoWrite"] : ["Agent", "TaskCreate", "TaskUpdate"])];

/** `keep`: is told of each file before it is changed. */
export function createTools(rules, { keep }) {
  const planFile = join(process.env.HOME ?? "/nonexistent", ".claude/plans/fake-plan.md");
  let mode = "default";
  let todos = [];
  let last = Promise.resolve();
  const tasks = [];

  const run = {
    Bash: ({ command }) => runShell(command),
    Read: ({ file_path }) => {
      const content = readFileSync(file_path, "utf8");
      const lines = content.split("\n");
      return {
        text: lines.map((line, at) => `${at + 1}\t${line}`).join("\n"),
        structured: {
          type: "text",
          file: {
            filePath: file_path,
            content,
            numLines: lines.length,
            startLine: 1,
            totalLines: lines.length,
          },
        },
      };
    },
    Write: ({ file_path, content }) => {
      const originalFile = existsSync(file_path) ? readFileSync(file_path, "utf8") : null;
      keep(file_path);
      mkdirSync(dirname(file_path), { recursive: true });
      writeFileSync(file_path, content);
      const isNew = originalFile === null;
      return {
        text: isNew
          ? `File created successfully at: ${file_path}`
          : `The file ${file_path} has been updated successfully.`,
        structured: {
          type: isNew ? "create" : "update",
          filePath: file_path,
          content,
          structuredPatch: isNew ? [] : [wholePatch(originalFile, content)],
          originalFile,
        },
      };
    },
    Edit: ({ file_path, old_string, new_string, replace_all: replaceAll = false }) => {
      const originalFile = readFileSync(file_path, "utf8");
      if (!originalFile.includes(old_string)) throw new Error("String to replace not found in file.");
      const changed = replaceAll
        ? originalFile.replaceAll(old_string, new_string)
        : originalFile.replace(old_string, () => new_string);
      keep(file_path);
      writeFileSync(file_path, changed);
      return {
        text: `The file ${file_path} has been updated successfully.`,
        structured: {
          filePath: file_path,
          oldString: old_string,
          newString: new_string,
          originalFile,
          structuredPatch: [wholePatch(originalFile, changed)],
          userModified: false,
          replaceAll,
        },
      };
    },
    Grep: async ({ pattern, path }) => {
      const found = await runShell(`grep -rn -- '${pattern}' '${path}'`);
      return {
        text: found.text,
        structured: {
          mode: "content",
          numFiles: 0,
          filenames: [],
          content: found.text,
          numLines: found.text.split("\n").length,
        },
      };
    },
    EnterPlanMode: () => {
      mode = "plan";
      return { text: `Entered plan mode.\nYou should create your plan at ${planFile} using the Write tool.` };
    },
    ExitPlanMode: ({ plan }) => {
      mode = "default";
      return {
        text: `User has approved your plan. You can now start coding.\n\n## Approved Plan:\n${plan}`,
        structured: { plan, isAgent: false, filePath: planFile },
      };
    },
    AskUserQuestion: ({ questions, answers = {} }) => {
      const pairs = Object.entries(answers).map(([question, answer]) => `"${question}"="${answer}"`);
      return {
        text: `Your questions have been answered: ${pairs.join(", ")}. You can now continue with these answers in mind.`,
        structured: { questions, answers },
      };
    },
    TodoWrite: ({ todos: newTodos }) => {
      const oldTodos = todos;
      todos = newTodos;
      return { text: "Todos have been modified successfully.", structured: { oldTodos, newTodos } };
    },
    TaskCreate: ({ subject, description }) => {
      const id = String(tasks.length + 1);
      tasks.push({ id, subject, status: "pending" });
      return {
        text: `Task #${id} created successfully: ${subject}`,
        structured: { task: { id, subject, description } },
      };
    },
    TaskUpdate: ({ taskId, status }) => {
      const task = tasks.find(({ id }) => id === taskId);
      if (task === undefined) return { text: `Task #${taskId} not found`, isError: true };
      const from = task.status;
      task.status = status;
      return {
        text: `Updated task #${taskId} status`,
        structured: { success: true, taskId, updatedFields: ["status"], statusChange: { from, to: status } },
      };
    },
  };

  return {
    names,
    mode: () => mode,
    setMode(name) {
      mode = name;
    },
    offered: names.map((name) => ({ name, description: name, input_schema: { type: "object" } })),
    /** The question to put before the tool runs, or undefined. Its input may hold more than the model wrote. */
    permissionFor({ name, input }) {
      const question = { tool_name: name, display_name: name, input };
      switch (name) {
        case "Bash":
          if (isReadOnly(input.command) || rules.lets(input.command)) return undefined;
          return {
            ...question,
            description: input.description,
            permission_suggestions: rules.suggestionsFor(input.command),
          };
        case "Write":
          if (mode === "acceptEdits") return undefined;
          return input.file_path === planFile && mode === "plan" ? undefined : question;
        case "ExitPlanMode": {
          if (mode !== "plan") return undefined;
          // The plan is the file's; the model's own words only where there is no file.
          const plan = existsSync(planFile) ? readFileSync(planFile, "utf8") : input.plan;
          return { ...question, input: plan === undefined ? {} : { plan, planFilePath: planFile } };
        }
        case "Edit":
          return mode === "acceptEdits" ? undefined : question;
        case "AskUserQuestion":
          return question;
        default:
          return undefined;
      }
    },
    /** One after the other, in the order they were allowed. Never throws: what goes wrong is a result too. */
    run(name, input) {
      const outcome = last.then(() => attempt(name, input));
      last = outcome;
      return outcome;
    },
  };

  async function attempt(name, input) {
    try {
      if (name === "ExitPlanMode" && mode !== "plan") throw new Error("You are not in plan mode.");
      if (!names.includes(name)) throw new Error(`No such tool available: ${name}`);
      return await run[name](input);
    } catch (error) {
      return {
        text: `<tool_use_error>${error.message}</tool_use_error>`,
        isError: true,
        structured: `Error: ${error.message}`,
      };
    }
  }
}

function isReadOnly(command) {
  return /^(?:grep|ls|cat|pwd|echo|git (?:status|log|diff))\b[^>;&|]*$/.test(command);
}

function runShell(command) {
  return new Promise((resolve) => {
    const child = spawn("/bin/sh", ["-c", command], {
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
      timeout: 10_000,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("close", (code) => {
      const said = { stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
      const text = [said.stdout, said.stderr].filter(Boolean).join("\n");
      if (code === 0) {
        resolve({
          text: text || "(Bash completed with no output)",
          structured: { ...said, interrupted: false, isImage: false, noOutputExpected: false },
        });
      } else {
        resolve({
          text: `Exit code ${code}\n${text}`,
          isError: true,
          structured: `Error: Exit code ${code}\n${text}`,
        });
      }
    });
  });
}

/** One hunk over the whole of a small file: common lines before and after, the rest changed. */
function wholePatch(before, after) {
  const linesOf = (text) => text.replace(/\n$/, "").split("\n");
  const old = linesOf(before);
  const young = linesOf(after);
  let head = 0;
  while (head < old.length && head < young.length && old[head] === young[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < young.length - head && old.at(-1 - tail) === young.at(-1 - tail))
    tail++;
  return {
    oldStart: 1,
    oldLines: old.length,
    newStart: 1,
    newLines: young.length,
    lines: [
      ...old.slice(0, head).map((line) => ` ${line}`),
      ...old.slice(head, old.length - tail).map((line) => `-${line}`),
      ...young.slice(head, young.length - tail).map((line) => `+${line}`),
      ...old.slice(old.length - tail).map((line) => ` ${line}`),
    ],
  };
}
