// Names of files: which are those of secrets as a rule, and how a name is given to the server. Pure.

import { showHidden } from "../render/markdown.ts";
import { inWords } from "../util/storable.ts";

/** Directories, all that is in them with it. */
const SECRET_DIRECTORIES =
  /^(?:\.?credentials|\.?secrets|\.aws|\.azure|\.docker|\.git|\.gnupg|\.kube|\.password-store|\.ssh|gcloud)$/i;

const SECRET_FILES = [
  /^\.env(?!\.(?:example|sample|template|dist)$)/i,
  /\.env$/i,
  /^(?:id|ssh_host)_(?:rsa|dsa|ecdsa|ed25519)(?!.*\.pub$)/i,
  /\.(?:agekey|gpg|jks|kdbx?|key|keystore|ovpn|p8|p12|pem|pfx|ppk|tfstate|tfvars)(?:[.~-].*)?$/i,
  /^[._](?:boto|dockercfg|git-credentials|htpasswd|my\.cnf|netrc|npmrc|pgpass|pypirc|s3cfg|terraformrc|vault-token|yarnrc)/i,
  /^\.[a-z]+_history$/i,
  /^\.?(?:credentials?|passwords?|passwd|shadow|secrets?|tokens?)(?:[._-].*)?$/i,
  /^(?:client[_-]secret|service[_-]?account)/i,
  /^\.?kubeconfig|\.kubeconfig$/i,
];

/** `names`: those of a file. `directories`: the names of those it is in. */
export function looksSecret(names: readonly string[], directories: readonly string[]): boolean {
  return (
    directories.some((name) => SECRET_DIRECTORIES.test(name)) ||
    names.some((name) => SECRET_FILES.some((pattern) => pattern.test(name)))
  );
}

/** In UTF-8. A file system takes 255, and a server puts something at the end of a picture's. */
const MOST_NAME_BYTES = 200;
const MOST_EXTENSION_BYTES = 20;

/** One line that hides nothing, leads nowhere and is not too long for any server; with the extension it had. */
export function safeName(name: string): string {
  const shown = showHidden(name)
    .replaceAll(/[\n\t]/g, inWords)
    .replaceAll(/[/\\]/g, "_")
    // Go's servers show it as `%22`, as which it has to be sent.
    .replaceAll('"', "'")
    .trim();
  if (/^\.*$/.test(shown)) {
    return "file";
  }
  const dot = shown.lastIndexOf(".");
  const ending = dot > 0 ? shown.slice(dot) : "";
  const extension = Buffer.byteLength(ending) <= MOST_EXTENSION_BYTES ? ending : "";
  const stem = shown.slice(0, shown.length - extension.length);
  const room = MOST_NAME_BYTES - Buffer.byteLength(extension);
  return Buffer.byteLength(stem) <= room ? shown : `${beginning(stem, room - 3)}…${extension}`;
}

function beginning(text: string, bytes: number): string {
  let left = bytes;
  let kept = "";
  for (const char of text) {
    left -= Buffer.byteLength(char);
    if (left < 0) {
      break;
    }
    kept += char;
  }
  return kept;
}

/** As Mattermost's clients count: `1.2 MB`. */
export function sizeInWords(bytes: number): string {
  if (bytes < 1024) {
    return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  }
  const [size, unit] = [
    [bytes / 1024, "KB"] as const,
    [bytes / 1024 ** 2, "MB"] as const,
    [bytes / 1024 ** 3, "GB"] as const,
  ].reduce((one, next) => (next[0] >= 1 ? next : one));
  return `${size < 10 ? size.toFixed(1).replace(/\.0$/, "") : Math.round(size)} ${unit}`;
}
