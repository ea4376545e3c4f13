/**
 * Optimizers and learning rates. {@code training.optimizer} and {@code training.schedule} name
 * those of a run. Extend {@link io.evomoe.training.optimizer.Optimizer} and implement {@link
 * io.evomoe.training.optimizer.OptimizerProvider} to add an optimizer.
 */
@NullMarked
package io.evomoe.training.optimizer;

import org.jspecify.annotations.NullMarked;
