// Requests of the campaign "serve": node serve.mjs BASE_URL PID PART...

import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";

const [base, pid, ...parts] = process.argv.slice(2);
const prompt = "The state of the Union is";
const headers = { "Content-Type": "application/json" };
const post = (path, body, signal) =>
  fetch(base + path, { method: "POST", headers, body: typeof body === "object" && !(body instanceof Uint8Array) ? JSON.stringify(body) : body, signal });
const complete = async (more, signal) => {
  const answer = await post("/completions", { prompt, max_tokens: 64, temperature: 0, repetition_penalty: 1, ...more }, signal);
  assert.strictEqual(answer.status, 200, `status ${answer.status}`);
  return more?.stream ? answer.text() : answer.json();
};
const together = (count, one) => Promise.all(Array.from({ length: count }, (_, i) => one(i)));
const measured = () => ({
  resident: Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1024,
  heap: Number(execFileSync("jcmd", [pid, "GC.class_histogram"], { encoding: "utf8" }).match(/Total\s+\d+\s+(\d+)/)[1]) / 2 ** 20,
});
const idle = async () => {
  for (let tries = 0; tries < 100; tries++) {
    const text = await (await fetch(base.replace("/v1", "/metrics"))).text();
    if (!/in_progress\{[^}]*\} [1-9]/.test(text)) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("requests are left in progress");
};

const all = {
  async attack() {
    const expected = (await complete()).choices[0].text;
    const slow = net.connect(new URL(base).port, "127.0.0.1");
    const body = JSON.stringify({ prompt, max_tokens: 200, stream: true });
    slow.write(`POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    slow.pause();
    let cancelled = 0;
    await together(100, async (i) => {
      if (i % 4 === 3) {
        await assert.rejects(complete({ max_tokens: 200 }, AbortSignal.timeout(20)));
        cancelled++;
      } else {
        assert.strictEqual((await complete()).choices[0].text, expected);
      }
    });
    slow.destroy();
    assert.strictEqual((await post("/completions", "x".repeat(2_000_000))).status, 413);
    assert.strictEqual((await post("/completions", new Uint8Array([0x7b, 0xff, 0x7d]))).status, 400);
    await idle();
    console.log(`100 requests at once beside a slow reader: ${100 - cancelled} equal answers, ${cancelled} cancelled`);
  },

  async speed() {
    let alone;
    await together(8, () => complete());
    for (const count of [1, 8, 32]) {
      const start = performance.now();
      const answers = await together(count, () => complete({ max_tokens: 128 }));
      const tokens = answers.reduce((sum, one) => sum + one.usage.completion_tokens, 0);
      const rate = (1000 * tokens) / (performance.now() - start);
      alone ??= rate;
      console.log(`${count} at once: ${rate.toFixed(0)} tokens a second, ${(rate / alone).toFixed(1)} times those of one`);
    }
  },

  async load() {
    await together(50, () => complete({ max_tokens: 200 }).catch(() => {}));
  },

  async memory() {
    const round = () => together(50, (i) => (i % 5 === 4 ? post("/embeddings", { input: prompt }).then((a) => a.json()) : complete({ max_tokens: 8, stream: i % 2 === 0 })));
    const at = [];
    for (const rounds of [20, 50, 50]) {
      for (let i = 0; i < rounds; i++) await round();
      at.push(measured());
    }
    const shown = (name) => at.map((one) => one[name].toFixed(1)).join(", ");
    console.log(`after 1,000, 3,500 and 6,000 requests: ${shown("resident")} MiB resident, ${shown("heap")} MiB of objects in the heap`);
    assert.ok(at[2].resident < 1.05 * at[0].resident, "resident memory must not grow by more than 5 %");
    assert.ok(at[2].heap < at[0].heap + 10, "the heap must not grow by more than 10 MiB");
  },
};

for (const part of parts) await all[part]();
