// The texts that chat templates make of conversations.
//
//   node render.mjs < REQUESTS > ANSWERS
//
// Requests and answers are JSON, one a line: {"template": TEXT, "variables": {...}} is answered by the text.

import {createInterface} from "node:readline";
import {Template} from "@huggingface/jinja";

for await (const line of createInterface({input: process.stdin})) {
  const {template, variables} = JSON.parse(line);
  console.log(JSON.stringify(new Template(template).render(variables)));
}
