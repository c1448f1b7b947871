// Preloaded into a program (`node --import`): below FORGETFUL_DISK_DURABLE stands at any time what would be left of the
// JSON documents below FORGETFUL_DISK_ROOT if the power went now. That is what POSIX promises and nothing more: content
// once its file is synced, a name once its folder is. Whoever plays the loss kills the program and puts that in place.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, resolve } from "node:path";

const root = process.env.FORGETFUL_DISK_ROOT ?? "";
const durable = process.env.FORGETFUL_DISK_DURABLE ?? "";

/** By inode: what was in it when it was last synced. */
const synced = new Map();
/** By path below FORGETFUL_DISK_DURABLE: what was put there. */
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
  for (const name of names) {
    const path = join(kept, name);
    const content = synced.get(fs.statSync(join(folder, name)).ino) ?? "";
    if (written.get(path) !== content) {
      fs.writeFileSync(`${path}.draft`, content);
      fs.renameSync(`${path}.draft`, path);
      written.set(path, content);
    }
  }
  for (const name of fs.readdirSync(kept).filter((one) => isDocument(one) && !names.includes(one))) {
    fs.rmSync(join(kept, name));
    written.delete(join(kept, name));
  }
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
      else synced.set(stat.ino, await fs.promises.readFile(path));
    };
    return handle;
  };
  syncBuiltinESMExports();
}
