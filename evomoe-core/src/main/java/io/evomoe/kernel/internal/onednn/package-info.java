/**
 * Kernels in float32 on oneDNN, large products in bfloat16 where asked, working directly on ND4J's
 * off-heap buffers.
 */
@NullMarked
package io.evomoe.kernel.internal.onednn;

import org.jspecify.annotations.NullMarked;
