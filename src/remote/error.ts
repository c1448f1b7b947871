// The one error whose cause is the way to another machine.

import type { Remote } from "./types.ts";

/** `unreached`: nothing was started there. `cut`: something was, and how it ended is not known. */
export type RemoteErrorCode = "unreached" | "cut" | "timeout";

export class RemoteError extends Error {
  override readonly name = "RemoteError";
  readonly code: RemoteErrorCode;
  /** The runner's own words. */
  readonly said: string;

  constructor(code: RemoteErrorCode, message: string, said = "") {
    super(message);
    this.code = code;
    this.said = said;
  }
}

/** `said`: the runner's own words. */
export function remoteError(code: RemoteErrorCode, { name }: Remote, said: string): RemoteError {
  const words = said.trim();
  return new RemoteError(code, `${START[code](name)}${words === "" ? "." : `: ${words}`}`, words);
}

const START: Readonly<Record<RemoteErrorCode, (name: string) => string>> = {
  unreached: (name) => `${name} can't be reached`,
  cut: (name) => `The connection to ${name} was lost`,
  timeout: (name) => `${name} did not answer in time`,
};

/** What there is to say of it beside that the machine can't be reached. */
export const runnersWords = ({ code, message, said }: RemoteError): string =>
  code === "timeout" ? message : said;
