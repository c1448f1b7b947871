import { expect, test } from "vitest";
import { stateDirectory } from "../../../src/store/locations.ts";

const home = "/home/dev";
const url = "https://chat.example.com";

test("the platform's state directory is used, by its variable or in the home directory", () => {
  expect(stateDirectory({ stateHome: "/var/state", home }, url, "bot")).toMatch(
    /^\/var\/state\/mm-claude\/chat\.example\.com-[0-9a-f]{8}-bot$/,
  );
  expect(stateDirectory({ stateHome: undefined, home }, url, "bot")).toMatch(
    /^\/home\/dev\/\.local\/state\/mm-claude\/chat/,
  );
});

test.each(["", "state", "./state", "~/state"])("a relative place (%j) is ignored", (stateHome) => {
  expect(stateDirectory({ stateHome, home }, url, "bot")).toBe(
    stateDirectory({ stateHome: undefined, home }, url, "bot"),
  );
});

test("each server, each port, each sub-path and each bot has a folder of its own", () => {
  const places = [
    [url, "bot"],
    [url, "other"],
    [`${url}:8443`, "bot"],
    [`${url}/chat`, "bot"],
    ["http://chat.example.com", "bot"],
  ].map(([server = "", bot = ""]) => stateDirectory({ stateHome: undefined, home }, server, bot));
  expect(new Set(places).size).toBe(places.length);
});

test("a strange host makes no strange path", () => {
  const place = stateDirectory({ stateHome: "/s", home }, "http://[::1]:8065", "bot");
  expect(place).toMatch(/^\/s\/mm-claude\/[A-Za-z0-9._-]+$/);
});
