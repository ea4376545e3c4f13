/**
 * Layers with hand-written forward and backward passes. A {@link io.evomoe.nn.Layer} returns an
 * {@link io.evomoe.nn.Output} with its value and a {@link io.evomoe.nn.Output.Pullback} for the
 * gradient. A {@link io.evomoe.nn.Scope} creates its {@link io.evomoe.nn.Parameter}s and provides
 * names, seed and kernels.
 */
@NullMarked
package io.evomoe.nn;

import org.jspecify.annotations.NullMarked;
