#!/usr/bin/env bash
# One training step in libtorch, from Maven Central; see ../pytorch/README.md.
#
#   evomoe-bench/peers/libtorch/run.sh --gate switch --precision bf16 --json
#
# Options are those of peer.py. Builds the program first when there is no build (110 MB to download).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
newest=$(find "$here/pom.xml" "$here/src" -newer "$here/target/built" -print -quit 2>/dev/null || echo none)
if [[ ! -f $here/target/built || -n $newest ]]; then
  "$here/../../../mvnw" -B -q -f "$here/pom.xml" package >&2
  touch "$here/target/built"
fi

unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE GOMP_SPINCOUNT
# Freed memory is kept, as peer.py does it.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=2147483647
# The kernels of a mixture in bfloat16 are more than oneDNN keeps by default.
export ONEDNN_PRIMITIVE_CACHE_CAPACITY=8192
# The OpenBLAS beside libtorch has threads of its own, which fight with OpenMP's over the cores.
blas=${OPENBLAS:-/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblas.so.0}
if [[ -f $blas ]]; then
  export LD_PRELOAD=$blas
else
  echo "warning: no OpenMP OpenBLAS at $blas, float32 is slower without" >&2
  export OPENBLAS_THREAD_TIMEOUT=4 GOMP_SPINCOUNT=1000
fi
exec "${JAVA:-java}" -cp "$here/target/classes:$here/target/lib/*" io.evomoe.peers.libtorch.LibtorchPeer "$@"
