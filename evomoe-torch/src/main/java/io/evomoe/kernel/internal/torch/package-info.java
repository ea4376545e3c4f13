/**
 * Kernels on libtorch, by JavaCPP's presets of PyTorch: plain tensor operations without autograd,
 * on the memory of ND4J's arrays.
 */
@NullMarked
package io.evomoe.kernel.internal.torch;

import org.jspecify.annotations.NullMarked;
