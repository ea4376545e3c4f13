// Compares a run with its exports in llama.cpp.
//
//   node compare.mjs tokens MODEL TEXT COUNT                    prints the first COUNT token ids, with commas
//   node compare.mjs table TEXT LOGITS IDS LOSS WINDOW WINDOWS MODEL...
//
// MODEL is a GGUF file, TEXT a file of one document, LOGITS the lines of `evomoe logits --each` for IDS, LOSS
// what `evomoe eval` says of the first WINDOWS windows of TEXT: WINDOW tokens are read from a fresh start, and
// each has to name the next. Ends with 1 when the first model is not within the bounds.

import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {basename, dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const MOST_APART = 1e-3;
const MOST_OFF = 0.005;
const peer = join(dirname(fileURLToPath(import.meta.url)), "probabilities.mjs");

function ask(requests) {
  const answers = execFileSync(process.execPath, [peer], {
    input: requests.map((request) => JSON.stringify(request) + "\n").join(""),
    maxBuffer: 1 << 30,
    stdio: ["pipe", "pipe", "inherit"]
  });
  return String(answers).trim().split("\n").map((line) => JSON.parse(line));
}

function tokens(model, text) {
  return ask([{model, texts: [readFileSync(text, "utf8").trim()]}])[0].sequences[0];
}

function loss(probabilities, ids, window) {
  let sum = 0;
  probabilities.forEach((rows, w) =>
    rows.forEach((row, i) => (sum -= Math.log(row[ids[w * window + i + 1]]))));
  return sum / (window * probabilities.length);
}

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

function largestDifference(ours, theirs) {
  if (ours.length !== theirs.length || ours[0].length !== theirs[0].length) {
    throw new Error(`${ours.length} x ${ours[0].length} here, ${theirs.length} x ${theirs[0].length} there`);
  }
  return Math.max(...ours.flatMap((row, s) => row.map((p, id) => Math.abs(p - theirs[s][id]))));
}

function table(text, logits, idList, ourLoss, window, windows, models) {
  const stream = tokens(models[0], text);
  if (stream.length < window * windows + 1) {
    throw new Error(`${text} must have ${window * windows + 1} tokens, has ${stream.length}`);
  }
  const cut = Array.from({length: windows}, (_, w) => stream.slice(w * window, (w + 1) * window));
  const ids = idList.split(",").map(Number);
  const ours = readFileSync(logits, "utf8").trim().split("\n").map((line) => softmax(JSON.parse(line)));
  const answers = ask(models.map((model) => ({model, sequences: [ids, ...cut]})));
  console.log(`model        largest difference of a probability  loss, ${ourLoss} here`);
  return answers.map(({probabilities: [first, ...rest]}, i) => {
    const apart = largestDifference(ours, first);
    const theirLoss = loss(rest, stream, window);
    const off = theirLoss / ourLoss - 1;
    const row = [basename(models[i]).padEnd(12), apart.toExponential(2).padEnd(36), theirLoss.toFixed(4)];
    console.log(`${row.join(" ")} (${(100 * off).toFixed(3)} %)`);
    return apart <= MOST_APART && Math.abs(off) <= MOST_OFF;
  });
}

const [what, ...rest] = process.argv.slice(2);
if (what === "tokens") {
  console.log(tokens(rest[0], rest[1]).slice(0, Number(rest[2])).join(","));
} else if (what === "table") {
  const [text, logits, ids, ourLoss, window, windows, ...models] = rest;
  const [within] = table(text, logits, ids, Number(ourLoss), Number(window), Number(windows), models);
  if (!within) {
    console.error(`${models[0]} must be within ${MOST_APART} and ${100 * MOST_OFF} %`);
    process.exitCode = 1;
  }
} else {
  throw new Error(`tokens or table must be asked for, was ${what}`);
}
