/** Speed and memory: a training step, single kernels, the gemm peak. */
@NullMarked
package io.evomoe.bench.measure;

import org.jspecify.annotations.NullMarked;
