import { expect, test } from "vitest";
import { BoundedMap } from "../../../src/util/bounded-map.ts";

test("a full map forgets the entry unused for longest", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([undefined, 2, 3, 2]);
});

test("reading an entry keeps it, asking whether it exists does not", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.get("a");
  map.has("b");
  map.set("c", 3);
  expect([map.has("a"), map.has("b")]).toEqual([true, false]);
});

test("setting an entry again replaces it without pushing another one out", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  expect([map.get("a"), map.get("b"), map.size]).toEqual([3, 2, 2]);
});

test("a deleted entry is gone and makes room", () => {
  const map = new BoundedMap<string, number>(1);
  map.set("a", 1);
  expect([map.delete("a"), map.delete("a"), map.size]).toEqual([true, false, 0]);
});
