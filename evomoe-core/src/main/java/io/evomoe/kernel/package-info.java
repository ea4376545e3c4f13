/**
 * The numeric kernels that everything is computed with. {@link io.evomoe.kernel.Kernels} is what
 * layers call; {@link io.evomoe.kernel.KernelSelection} chooses the implementation for a type,
 * precision and device. Another implementation is a {@link io.evomoe.kernel.KernelProvider}, found
 * by {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.evomoe.kernel;

import org.jspecify.annotations.NullMarked;
