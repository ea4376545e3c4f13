/**
 * The numeric kernels that everything is computed with. Layers call {@link
 * io.evomoe.kernel.Kernels}. {@link io.evomoe.kernel.KernelSelection} chooses the implementation
 * for a type, precision and device. To add an implementation, write a {@link
 * io.evomoe.kernel.KernelProvider}. It is found by {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.evomoe.kernel;

import org.jspecify.annotations.NullMarked;
