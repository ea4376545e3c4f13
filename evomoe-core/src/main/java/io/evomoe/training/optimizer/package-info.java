/**
 * Optimizers and learning rates. Runs use {@link io.evomoe.training.optimizer.AdamW} with the rate
 * of {@link io.evomoe.training.optimizer.LearningRate}. Pass another {@link
 * io.evomoe.training.optimizer.Optimizer} to the constructor of a {@code Trainer}.
 */
@NullMarked
package io.evomoe.training.optimizer;

import org.jspecify.annotations.NullMarked;
