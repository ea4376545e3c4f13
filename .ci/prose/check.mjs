// Words by section of the site, their limits, and the linter. Ends with 1 when something is over.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const GENERATED = ["docs/study-tables.md"];
const LIMITS = { "README.md": 1200, "docs/study.md": 1500, "docs/performance.md": 1000 };
const ALL = 28000; // outside of Project, without tables that are generated from results

const path = (page) =>
  page === "index.md" ? "README.md" : existsSync(join(root, "docs", page)) ? join("docs", page) : page;
// Whatever has a letter or a digit: the bars of tables are no words.
const words = (page) => readFileSync(join(root, page), "utf8").split(/\s+/).filter((word) => /\w/.test(word)).length;

const sections = new Map();
let section;
for (const line of readFileSync(join(root, "mkdocs.yml"), "utf8").split("\nnav:\n")[1].split("\n")) {
  const title = line.match(/^  - (.*):$/);
  const page = line.match(/([\w./-]+\.md)$/);
  if (title) sections.set((section = title[1]), []);
  else if (page) sections.get(section).push(path(page[1]));
}

let failed = false;
const held = (name, count, limit) => {
  failed ||= count > limit;
  if (limit) console.log(`${count > limit ? "TOO LONG " : ""}${name}: ${count} words, at most ${limit}`);
  else console.log(`${name}: ${count} words`);
};
let all = 0;
for (const [name, pages] of sections) {
  const count = pages.filter((page) => !GENERATED.includes(page)).map(words).reduce((a, b) => a + b, 0);
  if (name !== "Project") all += count;
  held(name, count);
}
held("all but Project", all, ALL);
for (const [page, limit] of Object.entries(LIMITS)) held(page, words(page), limit);

const linted = [...sections.values()].flat().filter((page) => !/CHANGELOG|adr\/|study-tables/.test(page));
try {
  execFileSync(join(here, "node_modules", ".bin", "textlint"), linted.map((page) => join(root, page)), { cwd: here, stdio: "inherit" });
  console.log(`textlint: nothing to say about ${linted.length} pages`);
} catch {
  failed = true;
}
process.exitCode = failed ? 1 : 0;
