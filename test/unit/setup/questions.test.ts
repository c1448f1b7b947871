import { expect, test } from "vitest";
import { SETTINGS } from "../../../src/config/settings.ts";
import { inQuestionWords } from "../../../src/setup/questions.ts";

test.each([
  [
    "ALLOWED_USERS: no such user: @bob. Correct the list.",
    "Allowed usernames: no such user: @bob. Correct the list.",
  ],
  ["check MATTERMOST_URL and the network", 'check "Mattermost URL" and the network'],
  ["the wizard says CLAUDE_PATH", "the wizard says the path of Claude Code"],
  ["HTTPS_PROXY holds no address", "HTTPS_PROXY holds no address"],
  ["MY_MATTERMOST_URL is another's", "MY_MATTERMOST_URL is another's"],
])("%s", (text, words) => {
  expect(inQuestionWords(text)).toBe(words);
});

test("no setting keeps its variable's name", () => {
  for (const { variable } of Object.values(SETTINGS)) {
    for (const text of [`${variable}: wrong`, `set ${variable}`])
      expect(inQuestionWords(text)).not.toContain(variable);
  }
});
