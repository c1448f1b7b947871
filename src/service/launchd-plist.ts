// The text of the launchd agent's property list. Pure.

import type { ServiceProgram } from "./types.ts";

type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value };

/** `log`: the file that gets what mm-claude prints. */
export function launchdPlist(
  label: string,
  log: string,
  { node, script, directory, path, environment }: ServiceProgram,
): string {
  const agent: Value = {
    Label: label,
    ProgramArguments: [node, script],
    WorkingDirectory: directory,
    EnvironmentVariables: { PATH: path, ...environment },
    RunAtLoad: true,
    // Not after an end in order.
    KeepAlive: { SuccessfulExit: false },
    // launchd can't be told that exit code 2 needs a person: it tries again slowly.
    ThrottleInterval: 30,
    // Every Claude gets a moment to save.
    ExitTimeOut: 20,
    ProcessType: "Interactive",
    StandardOutPath: log,
    StandardErrorPath: log,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(agent, 0)}
</plist>
`;
}

function element(value: Value, depth: number): string {
  const indent = "  ".repeat(depth);
  if (typeof value === "string") {
    return `${indent}<string>${escaped(value)}</string>`;
  }
  if (typeof value === "number") {
    return `${indent}<integer>${value}</integer>`;
  }
  if (typeof value === "boolean") {
    return `${indent}<${value}/>`;
  }
  if (isList(value)) {
    return `${indent}<array>\n${value.map((one) => element(one, depth + 1)).join("\n")}\n${indent}</array>`;
  }
  const entries = Object.entries(value).map(
    ([key, one]) => `${indent}  <key>${escaped(key)}</key>\n${element(one, depth + 1)}`,
  );
  return `${indent}<dict>\n${entries.join("\n")}\n${indent}</dict>`;
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value);

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const escaped = (text: string): string => text.replace(/[&<>]/g, (one) => ENTITIES[one] ?? one);
