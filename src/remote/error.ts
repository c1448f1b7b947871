// The one error whose cause is the way to another machine. The runner may say anything, and so may who answers it.

import { lastWords } from "../util/last-words.ts";
import { named } from "../util/named.ts";
import type { Remote } from "./types.ts";

/** `unreached`: nothing was started there. `cut`: something was, and how it ended is not known. */
export type RemoteErrorCode = "unreached" | "cut" | "timeout";

/** Its message is Markdown, which goes into posts wherever errors do: what others say is code in it. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: RemoteErrorCode;
  /** The message for Claude and for terminals. */
  readonly plain: string;
  /** The runner's own words. */
  readonly said: string;

  constructor(code: RemoteErrorCode, name: string, said: string) {
    const words = lastWords(said);
    super(`${START[code](named(name))}${words === "" ? "" : `: ${named(words)}`}.`);
    this.code = code;
    this.plain = `${START[code](name)}${words === "" ? "" : `: ${words.replace(/\.$/, "")}`}.`;
    this.said = said.trim();
  }
}

/** `said`: the runner's own words. */
export function remoteError(code: RemoteErrorCode, { name }: Remote, said: string): RemoteError {
  return new RemoteError(code, name, said);
}

const START: Readonly<Record<RemoteErrorCode, (name: string) => string>> = {
  unreached: (name) => `${name} can't be reached`,
  cut: (name) => `The connection to ${name} was lost`,
  timeout: (name) => `${name} did not answer in time`,
};

/** What there is to say of it beside that the machine can't be reached. */
export const runnersWords = ({ code, plain, said }: RemoteError): string =>
  code === "timeout" ? plain : said;
