/**
 * What moves the parameters by their gradients. {@link io.evomoe.training.optimizer.AdamW} is what
 * runs use, {@link io.evomoe.training.optimizer.LearningRate} how fast it goes at a step. Another
 * {@link io.evomoe.training.optimizer.Optimizer} goes to the constructor of a {@code Trainer}.
 */
@NullMarked
package io.evomoe.training.optimizer;

import org.jspecify.annotations.NullMarked;
