// Preloaded into a program (`node --import`): below FORGETFUL_DISK_DURABLE stands at any time what would be left of the
// JSON documents below FORGETFUL_DISK_ROOT if the power went now. That is what POSIX promises and nothing more: content
// once its file is synced, a name once its folder is. Whoever plays the loss kills the program and puts that in place.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join, resolve } from "node:path";

const root = process.env.FORGETFUL_DISK_ROOT ?? "";
const durable = process.env.FORGETFUL_DISK_DURABLE ?? "";

/** By inode: what was in it when it was last synced. */
const synced = new Map();
/** By path below FORGETFUL_DISK_DURABLE: what was put there, and the inode that has this name. */
const written = new Map();

const isBelow = (path) => resolve(String(path)).startsWith(`${root}/`);
const isDocument = (name) => /^(?:session|cursor|names)-.*\.json$/.test(name);

/** What an earlier run has left was there before the power went. */
function takeOver(folder) {
  for (const entry of fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) takeOver(path);
    else if (isDocument(entry.name)) synced.set(fs.statSync(path).ino, fs.readFileSync(path));
  }
  if (fs.existsSync(folder)) keepNames(folder);
}

function keepNames(folder) {
  const kept = join(durable, folder.slice(root.length));
  fs.mkdirSync(kept, { recursive: true });
  const names = fs.readdirSync(folder).filter(isDocument);
  for (const name of names) keep(join(kept, name), fs.statSync(join(folder, name)).ino);
  for (const name of fs.readdirSync(kept).filter((one) => isDocument(one) && !names.includes(one))) {
    fs.rmSync(join(kept, name));
    written.delete(join(kept, name));
  }
}

function keep(path, inode) {
  const content = synced.get(inode) ?? "";
  if (written.get(path)?.content !== content) {
    fs.writeFileSync(`${path}.draft`, content);
    fs.renameSync(`${path}.draft`, path);
  }
  written.set(path, { content, inode });
}

const inodeOf = (path) => fs.statSync(path, { throwIfNoEntry: false })?.ino;

/** What is added to a file counts once that is synced, if its name does. It may have been opened under another one. */
function keepContent(folder, inode) {
  const name = fs.readdirSync(folder).find((one) => inodeOf(join(folder, one)) === inode);
  if (name === undefined) return;
  synced.set(inode, fs.readFileSync(join(folder, name)));
  const kept = join(durable, folder.slice(root.length), name);
  if (written.get(kept)?.inode === inode) keep(kept, inode);
}

if (root !== "") {
  takeOver(root);
  const { open } = fs.promises;
  fs.promises.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    if (!isBelow(path)) return handle;
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      await sync();
      const stat = await handle.stat();
      if (stat.isDirectory()) keepNames(resolve(path));
      else keepContent(dirname(resolve(path)), stat.ino);
    };
    return handle;
  };
  syncBuiltinESMExports();
}
