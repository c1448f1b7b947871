// The rules for imports, as functions of the table in layers.json and of each file's text; each fault is one sentence.
// Reads nothing.

import { posix } from "node:path";

/** Static, dynamic and type imports and re-exports of files of ours: their sources end in .ts. */
const IMPORT = /(?:\bfrom|\bimport|\bimport\() ?"(\.[^"]+\.m?ts)"/g;

/**
 * @param {Readonly<Record<string, readonly string[]>>} layers each folder and what it may import besides itself, the
 *   lowest first
 * @param {ReadonlyMap<string, string>} files path from the project's top, with slashes → text
 * @returns {string[]}
 */
export function layerFaults(layers, files) {
  return [
    ...tableFaults(layers, files),
    ...[...files].flatMap(([path, text]) => fileFaults(layers, path, text)),
  ];
}

function tableFaults(layers, files) {
  const folders = Object.keys(layers);
  const used = new Set([...files.keys()].map(folderOf));
  return folders.flatMap((folder, at) => [
    ...(used.has(folder) ? [] : [`layers.json names ${folder}, and there is no file in it.`]),
    ...layers[folder]
      .filter((other) => !folders.slice(0, at).includes(other))
      .map((other) => `layers.json lets ${folder} import ${other}, which does not stand above it there.`),
  ]);
}

function fileFaults(layers, path, text) {
  const folder = folderOf(path);
  const allowed = layers[folder];
  if (allowed === undefined) return [`${path} is in ${folder}, which is not in layers.json.`];
  return [...text.matchAll(IMPORT)]
    .map(([, specifier]) => posix.join(posix.dirname(path), specifier))
    .filter((imported) => ![folder, ...allowed].includes(folderOf(imported)))
    .map((imported) => `${path} imports ${imported}: layers.json does not let ${folder} import from there.`);
}

/** `src/thread` of `src/thread/writer.ts` and of whatever is below that folder; `src` of a file right in it. */
function folderOf(path) {
  return posix.dirname(path).split("/").slice(0, 2).join("/");
}
