#!/usr/bin/env bash
# One training step, ours, PyTorch's and SameDiff's, in alternation; see pytorch/README.md.
#
#   evomoe-bench/peers/compare-step.sh [--rounds R] [--gates dense,switch,dts] [--samediff] [bench step options]
#
# Every other option goes to all sides as it is, but PyTorch always runs in float32, which is its faster precision
# on CPUs (bfloat16 autocast is slower). Prints one row a gate: the medians over the rounds
# (default 3) of tokens per second, and ours over PyTorch's. With --samediff the dense GPT also runs in plain
# SameDiff, once: it takes minutes. Threads of ours spin longer than the launcher lets them
# (GOMP_SPINCOUNT=30000; PyTorch's spin for 300000, their default): nobody else should use the cores.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=${PYTHON:-/usr/bin/python3}
rounds=3
gates=dense,switch,dts
samediff=false
options=()
while (($# > 0)); do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --gates | --gate) gates=${2:?$1 needs a name}; shift 2 ;;
    --samediff) samediff=true; shift ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) options+=("$1"); shift ;;
  esac
done
if ! [[ $rounds =~ ^[1-9][0-9]*$ ]]; then
  echo "--rounds must be at least 1, was $rounds" >&2
  exit 2
fi

unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
results=$(mktemp)
trap 'rm -f "$results"' EXIT

# Appends the JSON line of a run to the results, under a side's name.
run() {
  local side=$1 line
  shift
  line=$("$@" | grep '^{' | tail -n 1) || { echo "failed: $*" >&2; exit 1; }
  printf '%s\t%s\n' "$side" "$line" >>"$results"
}

cd "$root"
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-30000}
for ((round = 1; round <= rounds; round++)); do
  for gate in ${gates//,/ }; do
    echo "round $round of $rounds, $gate" >&2
    step=(--gate "$gate" --json "${options[@]}")
    # The peer's Switch is dropless and its dts is that of the paper, so ours are too.
    ours=()
    case $gate in
      switch) ours=(--gate-option capacityFactor=infinite) ;;
      dts) ours=(--gate-option noise=true --gate-option renormalize=false --gate-option threshold=0.001) ;;
    esac
    run evomoe ./evomoe bench step "${step[@]}" "${ours[@]}"
    run pytorch env -u GOMP_SPINCOUNT "$python" evomoe-bench/peers/pytorch/peer.py "${step[@]}" \
      --precision f32
  done
done
if [[ $samediff == true ]]; then
  echo "SameDiff, dense" >&2
  run samediff java -cp 'evomoe-bench/target/lib/*' evomoe-bench/peers/samediff/SameDiffPeer.java \
    --gate dense "${options[@]}" --warmup 1 --steps 3
fi
"$python" evomoe-bench/peers/step_table.py "$results"
