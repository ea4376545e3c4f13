#!/usr/bin/env bash
# Trains a small GPT, exports it to GGUF, and compares it with what llama.cpp makes of the files, on text that
# was held out: probabilities after each of 64 tokens, and the loss. Needs `npm install --no-save --ignore-scripts` here, once.
# Ends with 0 only when in float32 no probability is more than 1e-3 off and the loss no more than 0.5 %.
set -euo pipefail
cd "$(dirname "$0")"
project=../../..
evomoe=${EVOMOE:-$project/evomoe} # The command, or another way to run it.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

window=64
batch=16
batches=2
text=$scratch/held-out.txt
gunzip -c "$project/data/sotu/sotu.valid.txt.gz" | sed -n '1,/^$/p' | tr '\n' ' ' >"$text"

"$evomoe" train --gate dense --preset quick --steps 120 --batch $batch --out "$scratch/run" >"$scratch/log" ||
  { cat "$scratch/log" >&2; exit 1; }
for type in f32 bf16 q8_0; do
  "$evomoe" export --checkpoint "$scratch/run" --format gguf --dtype $type --out "$scratch/$type.gguf"
done
ids=$(node compare.mjs tokens "$scratch/f32.gguf" "$text" $window)
"$evomoe" logits --checkpoint "$scratch/run" --ids "$ids" --each >"$scratch/logits"
loss=$("$evomoe" eval --checkpoint "$scratch/run" --data "$text" --batches $batches |
  sed -n 's/.*loss \([0-9.]*\).*/\1/p')
node compare.mjs table "$text" "$scratch/logits" "$ids" "$loss" $window $((batch * batches)) \
  "$scratch/f32.gguf" "$scratch/bf16.gguf" "$scratch/q8_0.gguf"
