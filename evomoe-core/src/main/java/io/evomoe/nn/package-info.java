/**
 * Layers with hand-written forward and backward passes. A {@link io.evomoe.nn.Layer} gives an
 * {@link io.evomoe.nn.Output} with its value and a {@link io.evomoe.nn.Pullback} for the gradient.
 * Their {@link io.evomoe.nn.Parameter}s are made in a {@link io.evomoe.nn.Scope}, which knows
 * names, seed and kernels.
 */
@NullMarked
package io.evomoe.nn;

import org.jspecify.annotations.NullMarked;
