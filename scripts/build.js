// Makes dist: the program as it is published, and the licences of the packages that are in it.

import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle, INLINED } from "./bundle.js";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(at("dist"), { recursive: true, force: true });
await bundle(at("src/cli.ts"), at("dist"));
mkdirSync(at("dist/vendor"));
for (const name of INLINED)
  copyFileSync(at(`node_modules/${name}/LICENSE`), at(`dist/vendor/${name}.LICENSE`));
