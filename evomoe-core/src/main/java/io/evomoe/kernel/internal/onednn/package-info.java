/**
 * Kernels on oneDNN, in float32 with optional bfloat16 for large products. They work directly on
 * ND4J's off-heap buffers.
 */
@NullMarked
package io.evomoe.kernel.internal.onednn;

import org.jspecify.annotations.NullMarked;
