// Preloaded into a program (`node --import`): while the file FAILING_DISK_FLAG is there, every write below
// FAILING_DISK_ROOT fails with the code the file holds, such as ENOSPC or EIO; reading goes on. Needs no rights, so it
// works where no small file system can be mounted.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";

const root = process.env.FAILING_DISK_ROOT ?? "";
const flag = process.env.FAILING_DISK_FLAG ?? "";
const { existsSync, readFileSync } = fs;

/** Descriptors that were opened below the root. */
const descriptors = new Set();

const isBelow = (path) =>
  typeof path === "number" ? descriptors.has(path) : resolve(String(path)).startsWith(`${root}/`);

function failure(call, path) {
  if (!isBelow(path) || !existsSync(flag)) return undefined;
  const code = readFileSync(flag, "utf8").trim() || "ENOSPC";
  const where = typeof path === "number" ? "" : ` '${path}'`;
  return Object.assign(new Error(`${code}: the disk was told to fail, ${call}${where}`), {
    code,
    syscall: call,
  });
}

const isForWriting = (flags) =>
  typeof flags === "number"
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : /[wa+]/.test(flags ?? "r");

/** Each takes a path or a descriptor first. */
for (const name of [
  "appendFileSync",
  "copyFileSync",
  "fdatasyncSync",
  "fsyncSync",
  "ftruncateSync",
  "linkSync",
  "mkdirSync",
  "mkdtempSync",
  "renameSync",
  "truncateSync",
  "writeFileSync",
  "writeSync",
  "writevSync",
]) {
  const real = fs[name];
  fs[name] = (path, ...rest) => {
    const error = failure(name.replace("Sync", ""), path);
    if (error) throw error;
    return real(path, ...rest);
  };
}

const { openSync, closeSync } = fs;
fs.openSync = (path, flags, mode) => {
  const error = isForWriting(flags) ? failure("open", path) : undefined;
  if (error) throw error;
  const descriptor = openSync(path, flags, mode);
  if (isBelow(path)) descriptors.add(descriptor);
  return descriptor;
};
fs.closeSync = (descriptor) => {
  descriptors.delete(descriptor);
  closeSync(descriptor);
};

for (const name of [
  "appendFile",
  "copyFile",
  "link",
  "mkdir",
  "mkdtemp",
  "rename",
  "truncate",
  "writeFile",
]) {
  const real = fs.promises[name];
  fs.promises[name] = async (path, ...rest) => {
    const error = failure(name, typeof path === "object" && path !== null && "fd" in path ? path.fd : path);
    if (error) throw error;
    return real(path, ...rest);
  };
}

const { open } = fs.promises;
fs.promises.open = async (path, flags, mode) => {
  const error = isForWriting(flags) ? failure("open", path) : undefined;
  if (error) throw error;
  const handle = await open(path, flags, mode);
  if (!isBelow(path)) return handle;
  for (const name of ["appendFile", "datasync", "sync", "truncate", "write", "writeFile", "writev"]) {
    const real = handle[name].bind(handle);
    handle[name] = async (...args) => {
      const late = failure(name, path);
      if (late) throw late;
      return real(...args);
    };
  }
  return handle;
};

syncBuiltinESMExports();
