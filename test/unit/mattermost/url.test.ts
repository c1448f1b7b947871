import { expect, test } from "vitest";
import { apiUrl, socketUrl } from "../../../src/mattermost/url.ts";

test("trailing slashes and a sub-path are fine", () => {
  expect(apiUrl("https://chat.example.com")).toBe("https://chat.example.com/api/v4");
  expect(apiUrl("https://example.com/chat//")).toBe("https://example.com/chat/api/v4");
});

test("the socket is encrypted exactly when the server's address is", () => {
  expect(socketUrl("https://example.com/chat/")).toBe("wss://example.com/chat/api/v4/websocket");
  expect(socketUrl("http://localhost:8065")).toBe("ws://localhost:8065/api/v4/websocket");
});
