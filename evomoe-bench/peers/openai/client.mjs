// Asks a server as a program with OpenAI's client does, and prints the answers as JSON.
//
//   OPENAI_API_KEY=KEY node client.mjs BASE_URL MODEL

import assert from "node:assert";
import OpenAI from "openai";

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, maxRetries: 0 });
const settings = { model, temperature: 0, max_tokens: 12, user: "peer", store: false };
const messages = [
  { role: "system", content: "Be short." },
  { role: "user", content: [{ type: "text", text: "Which road?" }] },
];
const answers = {};

answers.models = (await client.models.list()).data.map((one) => one.id);
answers.retrieved = (await client.models.retrieve(model)).id;

answers.completion = (await client.completions.create({ ...settings, prompt: "Message 9" })).choices[0].text;
answers.completionStream = "";
for await (const event of await client.completions.create({ ...settings, prompt: "Message 9", stream: true })) {
  answers.completionStream += event.choices[0].text;
}

answers.chat = (await client.chat.completions.create({ ...settings, messages })).choices[0].message.content;
answers.chatStream = "";
const stream = client.chat.completions.stream({ ...settings, messages, stream_options: { include_usage: true } });
stream.on("content", (more) => (answers.chatStream += more));
const last = await stream.finalChatCompletion();
answers.tokens = last.usage.completion_tokens;
assert.strictEqual(last.choices[0].message.content, answers.chatStream);

const embed = async (more) =>
  (await client.embeddings.create({ model, input: ["a road", "b"], ...more })).data.map((one) =>
    one.embedding.map(Math.fround),
  );
answers.embeddings = await embed({});
assert.deepStrictEqual(await embed({ encoding_format: "float" }), answers.embeddings);

// Errors are those of the client's own classes.
await assert.rejects(client.completions.create({ ...settings, prompt: "a", n: 2 }), (error) => {
  return error instanceof OpenAI.BadRequestError && error.param === "n" && /n must be 1/.test(error.message);
});
await assert.rejects(client.completions.create({ ...settings, model: "other", prompt: "a" }), OpenAI.NotFoundError);
await assert.rejects(
  new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 }).models.list(),
  OpenAI.AuthenticationError,
);

// A stream that the program leaves.
let read = 0;
for await (const event of await client.completions.create({
  ...settings, prompt: "A", max_tokens: 4000, stream: true, repetition_penalty: 1,
})) {
  read += event.choices.length;
  if (read === 3) break;
}
assert.strictEqual(read, 3);

// Many at once.
const many = await Promise.all(
  Array.from({ length: 50 }, () => client.completions.create({ ...settings, prompt: "Message 9" })),
);
for (const one of many) assert.strictEqual(one.choices[0].text, answers.completion);

console.log(JSON.stringify(answers));
