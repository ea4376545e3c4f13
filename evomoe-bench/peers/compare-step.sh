#!/usr/bin/env bash
# One training step, ours, PyTorch's, libtorch's and SameDiff's, in alternation; see pytorch/README.md.
#
#   evomoe-bench/peers/compare-step.sh [--rounds R] [--gates dense,switch,dts] [--precisions f32,bf16]
#                                      [--peers pytorch,libtorch] [--samediff] [bench step options]
#
# Precisions are ours (default f32). PyTorch always runs in float32, which is the faster precision of Debian's on CPUs
# (bfloat16 autocast is slower), libtorch in both. Every other option goes to all sides as it is. Prints a row for each
# side and precision: the medians over the rounds (default 3), and its tokens per second over those of the best peer
# in the best of its precisions. With --samediff the dense GPT also runs in plain SameDiff, once: it takes minutes.
# Threads of ours spin longer than the launcher lets them (GOMP_SPINCOUNT=30000; the peers' spin for 300000, their
# default): nobody else should use the cores. EVOMOE, PYTHON and JAVA name other commands.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
evomoe=${EVOMOE:-./evomoe}
python=${PYTHON:-/usr/bin/python3}
rounds=3
gates=dense,switch,dts
precisions=f32
peers=pytorch,libtorch
samediff=false
options=()
while (($# > 0)); do
  case $1 in
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --gates | --gate) gates=${2:?$1 needs a name}; shift 2 ;;
    --precisions | --precision) precisions=${2:?$1 needs a name}; shift 2 ;;
    --peers) peers=${2:?--peers needs a name}; shift 2 ;;
    --samediff) samediff=true; shift ;;
    -h | --help) sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) options+=("$1"); shift ;;
  esac
done
if ! [[ $rounds =~ ^[1-9][0-9]*$ ]]; then
  echo "--rounds must be at least 1, was $rounds" >&2
  exit 2
fi
for peer in ${peers//,/ }; do
  if [[ $peer != pytorch && $peer != libtorch ]]; then
    echo "--peers must be pytorch, libtorch or both, was $peer" >&2
    exit 2
  fi
done

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
    # The peers' Switch is dropless and their dts is that of the paper, so ours are too.
    ours=()
    case $gate in
      switch) ours=(--gate-option capacityFactor=infinite) ;;
      dts) ours=(--gate-option noise=true --gate-option renormalize=false --gate-option threshold=0.001) ;;
    esac
    for precision in ${precisions//,/ }; do
      run evomoe "$evomoe" bench step "${step[@]}" "${ours[@]}" --precision "$precision"
    done
    if [[ $peers == *pytorch* ]]; then
      run pytorch env -u GOMP_SPINCOUNT "$python" evomoe-bench/peers/pytorch/peer.py "${step[@]}" \
        --precision f32
    fi
    if [[ $peers == *libtorch* ]]; then
      for precision in f32 bf16; do
        run libtorch evomoe-bench/peers/libtorch/run.sh "${step[@]}" --precision "$precision"
      done
    fi
  done
done
if [[ $samediff == true ]]; then
  echo "SameDiff, dense" >&2
  run samediff java -cp 'evomoe-bench/target/lib/*' evomoe-bench/peers/samediff/SameDiffPeer.java \
    --gate dense "${options[@]}" --warmup 1 --steps 3
fi
"$python" evomoe-bench/peers/step_table.py "$results"
