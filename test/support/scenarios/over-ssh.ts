// The scenarios that the suite plays with Claude behind a real sshd: what people do most. They need not be played with
// the newest on this machine too, to which the same is sent.

import { hasSshServer } from "../ssh-server.ts";

const CORE = ["allow", "question", "files", "interrupt", "stop", "sleep", "restart-while-asked"];

export const isPlayedOverSsh = ({ name }: { readonly name: string }): boolean =>
  hasSshServer && CORE.includes(name);
