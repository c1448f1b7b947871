// What a reply decides about an open card, phrase by phrase: only words that can mean nothing else.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decisionIn } from "../../../src/session/deciding-words.ts";
import { runs } from "../../support/runs.ts";

const lines = (text: string): string[] => text.trim().split("\n");

const CONSENTS = [
  ...lines(`
yes
Yes
YES
yes.
yes!
Yes!!!
yes…
yes, yes
yes yes yes
yes, please
Yes please!
yes, thanks
yes, do it
yes - do it
yes — go ahead
yes: go ahead
yes. go ahead.
yes, looks good
Yes, looks good!
yes, looks good, thanks
yes :)
yes ;-)
"yes"
“yes”
'yes'
(yes)
**yes**
_ok_
\`yes\`
y
Y
y!
yep
Yep.
yep, go
yep yep
yeah
yeah!
yeah, sure
yeah go ahead
ok
OK
Ok.
OK!
“OK!”
ok...
ok, ok
o.k.
O.K.
O.K., go ahead
ok go
ok go ahead
OK, go ahead!
ok, do it
ok do it please
ok, thanks
ok 👍
ok :+1:
ok 🎉
ok :tada:
okay
Okay.
okay, go ahead
okay do it
sure
Sure!
sure, go ahead
sure thanks
go
Go!
go go go
go ahead
Go ahead.
go  ahead
go ahead, please
please go ahead
please do it
please
Please!
thanks
thanks!
Thanks, looks good
do it
Do it!
do it, thanks
just-a-placeholder
looks good
Looks good!
looks good, go ahead
looks good 👍
LGTM
lgtm!
lgtm, go
lgtm 🚀
allow
Allow.
yes, allow
allow please
approve
Approve!
ok, approve
approved
Approved.
approved, thanks
approved 👍
👍
👍👍👍
👍🏽
👍 👍🏿
👍!
👍 yes
👍 thanks
✅
✅ ok
✅✅
:+1:
:+1: :+1:
:thumbsup:
:+1_medium_skin_tone:
:thumbsup_dark_skin_tone:
:+1::skin-tone-3:
:white_check_mark:
:white_check_mark: go ahead
🎉 yes 🎉
`).filter((line) => line !== "just-a-placeholder"),
  "yes\n",
  "\n\nyes",
  "yes\ngo ahead",
  "ok\n\nthanks",
  "  yes  ",
  "yes\r\n",
  "\tok\t",
];

const DENIALS: readonly (readonly [text: string, reason: string])[] = [
  ...lines(`
no
No
NO
no.
No!
no!!
no...
no…
no, no
no no no
no, thanks
no thanks
No thanks!
no, please
please no
thanks, no
no :(
no :-(
"no"
“No.”
**no**
\`no\`
nope
Nope.
nope!
nope nope
nope, thanks
no, nope
nope 🙂
no 🙂
deny
Deny.
DENY!
please deny
deny please
deny, thanks
no, deny
denied
Denied.
denied!
reject
Reject.
please reject
no, reject
stop it
Stop it!
please stop it
stop it, please
no, stop it
stop it!!!
👎
👎👎
👎🏻
👎 no
no 👎
:-1:
:thumbsdown:
:-1_dark_skin_tone:
:thumbsdown: no
:-1::skin-tone-2:
`).map((text) => [text, ""] as const),
  ["  no  ", ""],
  ["no\n", ""],
  ["\nno", ""],
  ["no\nno", ""],
  ["no, use pnpm", "use pnpm"],
  ["No, use pnpm.", "use pnpm."],
  ["no,use pnpm", "use pnpm"],
  ["no: use pnpm", "use pnpm"],
  ["no:use pnpm", "use pnpm"],
  ["no; use pnpm", "use pnpm"],
  ["no - use pnpm", "use pnpm"],
  ["no- use pnpm", "use pnpm"],
  ["no -use pnpm", "use pnpm"],
  ["no – use pnpm", "use pnpm"],
  ["no — use pnpm", "use pnpm"],
  ["no—use pnpm", "use pnpm"],
  ["no. use pnpm", "use pnpm"],
  ["No. Use pnpm", "Use pnpm"],
  ["no... use pnpm", "use pnpm"],
  ["no… use pnpm", "use pnpm"],
  ["no! use pnpm", "use pnpm"],
  ["No\nuse pnpm", "use pnpm"],
  ["no\n\nuse pnpm\nand node 20", "use pnpm\nand node 20"],
  ["no\r\nuse pnpm", "use pnpm"],
  ["**no**, use pnpm", "use pnpm"],
  ["“no”, use pnpm", "use pnpm"],
  ["no, because it deletes the cache", "because it deletes the cache"],
  ["no, because …", "because …"],
  ["no, no idea what that does", "no idea what that does"],
  ["no, what does it do?", "what does it do?"],
  ["no no, use pnpm", "use pnpm"],
  ["no thanks, use pnpm", "use pnpm"],
  ["no, please use pnpm", "please use pnpm"],
  ["no, go with pnpm", "go with pnpm"],
  ["no, ok in a branch only", "ok in a branch only"],
  ["nope, wrong folder", "wrong folder"],
  ["Nope. Wrong folder.", "Wrong folder."],
  ["deny: too risky", "too risky"],
  ["deny, too risky", "too risky"],
  ["Deny - too risky", "too risky"],
  ["denied: not on a Friday", "not on a Friday"],
  ["denied. not on a Friday", "not on a Friday"],
  ["reject: no tests", "no tests"],
  ["Reject, no tests", "no tests"],
  ["reject\nno tests", "no tests"],
  ["stop it, that is production", "that is production"],
  ["Stop it! That is production", "That is production"],
  ["👎, wrong folder", "wrong folder"],
  ["👎: wrong folder", "wrong folder"],
  ["👎\nwrong folder", "wrong folder"],
  ["👎 no, wrong folder", "wrong folder"],
  [":-1: - wrong folder", "wrong folder"],
  ["no 👎, wrong folder", "wrong folder"],
];

const NEITHER = [
  ...lines(`
No idea what that does, can you explain?
no idea
No clue.
no problem
No problem, go on
No worries, go on
no rush
no objections
no need
no way
no one knows
no use trying
no-brainer
no-op is fine
no.js
No cache please
no (use pnpm)
no use pnpm
no?
nope?
no 👍
no, yes
yes, no
no, go ahead
yes/no
yes or no
yes and no
not now
not now, but later
not ok
not yet, yes
nothing
none
nah
never
node is slow
now
know
yes?
ok?
sure?
yes, but use pnpm
yes but not now
yes, and add tests
Yes. Then deploy.
yes because
yes 2
yes @bob
@bob yes
yesterday
yes-man
yes 🤔
yes ❌
yes 🛑
👍 but
👍👎
👍?
👍 :x:
ok ⛔
ok not
ok, why
ok what does it do
ok, wait
okey dokey
okra
sure thing
sure, but
surely
go on
go away
go to hell
go-live
goal
golang
go ahead and push
do it tomorrow
do it not
do not do it
don't do it
please don't
please wait
please explain
thanks but no
thanks for nothing
thank you
looks good to me, but wait
looks good except the name
looks bad
looks
looks great
lgtm except tests
allow me to explain
allowed
allow it never
approve?
approves
disapprove
disapproved
unapproved
deny?
denying is bad
deny because
deny too risky
denied access
rejected
reject it
stop
stop it now
stopit
don't stop it
👎 is what I would say
can you explain?
what does that do?
why?
hm
k
wait, yes
> yes
~~yes~~
# yes
1. yes
+1
-1
1
🤷
🎉
:tada:
:x:
:no_entry: yes
...
?
!
да
sí
yеs
ｏｋ
ja
`),
  "",
  "   ",
  "\n",
  "> yes\n\nno, use pnpm",
  "> no, use pnpm",
  "yes\nbut use pnpm",
  "yes\u200b",
  "o\u200bk",
  "yes\u202e",
  "```\nyes\nrm -rf\n```",
  "go\u0000ahead",
];

describe("a reply", () => {
  test("is tried in a hundred ways each", () => {
    for (const phrases of [CONSENTS, DENIALS, NEITHER]) {
      expect(new Set(phrases.map(String)).size).toBe(phrases.length);
      expect(phrases.length).toBeGreaterThanOrEqual(100);
    }
  });

  test.each(CONSENTS)("of %j consents", (text) => {
    expect(decisionIn(text)).toEqual({ kind: "consent" });
  });

  test.each(DENIALS)("of %j denies, with the reason %j", (text, reason) => {
    expect(decisionIn(text)).toEqual({ kind: "denial", reason });
  });

  test.each(NEITHER)("of %j decides nothing", (text) => {
    expect(decisionIn(text)).toEqual({ kind: "undecided" });
  });

  const known = fc.constantFrom(
    ..."yes y yep yeah ok okay sure go lgtm allow approve approved please thanks no nope deny 👍 ✅ 👎".split(
      " ",
    ),
    "go ahead",
    "do it",
    "looks good",
    "stop it",
    ":+1:",
  );
  const gap = fc.constantFrom(" ", ", ", "\n", ". ", " - ", " — ", ": ", "! ", " 🎉 ");
  const KNOWN_PARTS = new Set(
    "yes y yep yeah ok okay sure go lgtm allow approve approved please thanks no nope deny denied reject ahead do it looks good stop".split(
      " ",
    ),
  );
  const unknown = fc.stringMatching(/^\p{L}{1,12}$/u).filter((word) => !KNOWN_PARTS.has(word.toLowerCase()));

  test("that holds a word of its own never consents, wherever it stands", () => {
    const parts = fc.array(fc.tuple(known, gap), { maxLength: 5 });
    fc.assert(
      fc.property(parts, unknown, gap, parts, (before, word, after, rest) => {
        const text = [...before.flat(), word, after, ...rest.flat()].join("");
        expect(decisionIn(text).kind).not.toBe("consent");
      }),
      { numRuns: runs(500) },
    );
  });

  test("of any text gives a decision, and a reason that is a part of it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" })), (text) => {
        const decision = decisionIn(text);
        expect(decision.kind === "denial" ? text : "").toContain(
          decision.kind === "denial" ? decision.reason : "",
        );
      }),
    );
  });
});
