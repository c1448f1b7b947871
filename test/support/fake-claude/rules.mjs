// The permission rules of the fake: what a question offers (as 2.1.330 does for plain commands), what an answer makes of
// it, and what lets a command through.

/** `allowed`: from the flag, such as `Bash(npm test *)`. */
export function createRules(allowed) {
  const rules = allowed.map((text) => ({ text, source: "cliArg" }));
  let asked = [];

  return {
    /** 2.1.330: an "ask" goes before an "allow" of any source. */
    lets(command) {
      const holds = (text) => matches(text, command);
      return !asked.some(holds) && rules.some(({ text }) => holds(text));
    },
    /** None where an "ask" is why it asks. */
    suggestionsFor(command) {
      if (asked.some((text) => matches(text, command))) return undefined;
      const [, words] = /^([a-z]+ [a-z]+)(?: [\w.-]+)*$/.exec(command) ?? [];
      if (words === undefined) return [];
      const rule = { toolName: "Bash", ruleContent: `${words} *` };
      return [{ type: "addRules", rules: [rule], behavior: "allow", destination: "localSettings" }];
    },
    take(updates = []) {
      for (const { type, rules: made, behavior, destination } of updates) {
        if (type !== "addRules" || behavior !== "allow" || destination !== "session") {
          throw new Error(`The fake knows no update ${type} of ${destination}`);
        }
        rules.push(
          ...made.map((rule) => ({ text: `${rule.toolName}(${rule.ruleContent})`, source: "session" })),
        );
      }
    },
    ask(texts) {
      asked = texts;
    },
    list: () => [
      ...rules.map(({ text, source }) => ({ behavior: "allow", source, rule: text, editability: "session" })),
      ...asked.map((rule) => ({ behavior: "ask", source: "flagSettings", rule, editability: "readonly" })),
    ],
  };
}

function matches(rule, command) {
  const [, content = ""] = /^Bash\((.*)\)$/.exec(rule) ?? [];
  if (!content.endsWith(" *")) return content === command;
  const start = content.slice(0, -2);
  return command === start || command.startsWith(`${start} `);
}
