// The hash by which GitHub recognises a line of an alert, from its description: for each line, over the
// 100 characters from its beginning that are no blank and no tab, line ends as one character, the file
// ended by U+FFFF and zeros: h = sum of c[i] * 37^(99 - i) modulo 2^64, then the how-manieth of its kind.
"use strict";
const text = require("fs").readFileSync(process.argv[2], "utf8");

const kept = [];
const begins = [];
let atBegin = true;
for (let i = 0; i < text.length; i++) {
  let c = text[i];
  if (c === " " || c === "\t") continue;
  if (c === "\n" && i > 0 && text[i - 1] === "\r") continue;
  if (c === "\r") c = "\n";
  if (atBegin) begins.push(kept.length);
  kept.push(BigInt(c.charCodeAt(0)));
  atBegin = c === "\n";
}
if (atBegin) begins.push(kept.length);
kept.push(65535n);

const seen = new Map();
for (const begin of begins) {
  let hash = 0n;
  for (let i = begin; i < begin + 100; i++) {
    hash = BigInt.asUintN(64, hash * 37n + (i < kept.length ? kept[i] : 0n));
  }
  const digits = hash.toString(16);
  const count = (seen.get(digits) || 0) + 1;
  seen.set(digits, count);
  console.log(`${digits}:${count}`);
}
