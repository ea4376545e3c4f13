// What llama.cpp makes of GGUF files: next-token probabilities, and the tokens of texts.
//
//   node probabilities.mjs < REQUESTS > ANSWERS
//
// Requests and answers are JSON, one a line. {"model": FILE, "sequences": [[1, 2, 3]]} is answered by
// {"probabilities": [[[p of id 0, p of id 1, ...] after the first token, ...] of the first sequence, ...]},
// {"model": FILE, "texts": ["..."]} by {"sequences": [[...]]}. All in float32 but for the weights.

import {createInterface} from "node:readline";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 1});

async function probabilities(model, sequences) {
  const context = await model.createContext({
    contextSize: Math.max(...sequences.map((ids) => ids.length)) + 1, // A full one is shifted.
    batchSize: 512,
    flashAttention: false,
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32"
  });
  const answers = [];
  const place = context.getSequence();
  for (const ids of sequences) {
    await place.clearHistory();
    const input = ids.map((id) => [id, {generateNext: {probabilities: true}}]);
    const evaluated = await place.controlledEvaluate(input);
    answers.push(evaluated.map(({next}) => byId(next.probabilities)));
  }
  await context.dispose();
  return answers;
}

function byId(probabilities) {
  const row = new Array(probabilities.size).fill(0);
  probabilities.forEach((p, id) => (row[id] = p));
  return row;
}

for await (const line of createInterface({input: process.stdin})) {
  const request = JSON.parse(line);
  const model = await llama.loadModel({modelPath: request.model});
  const answer = request.texts
    ? {sequences: request.texts.map((text) => [...model.tokenize(text, true)])}
    : {probabilities: await probabilities(model, request.sequences)};
  process.stdout.write(JSON.stringify(answer) + "\n");
  await model.dispose();
}
await llama.dispose();
