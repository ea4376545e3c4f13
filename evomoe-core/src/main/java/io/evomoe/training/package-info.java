/**
 * The training loop. {@link io.evomoe.training.Trainer} takes a {@link io.evomoe.training.Model},
 * {@link io.evomoe.training.TrainingData} and a {@link io.evomoe.training.TrainerConfig}, and tells
 * {@link io.evomoe.training.TrainingListener}s what it does. Where a folder, a task and a tokenizer
 * belong to it, a {@code io.evomoe.run.Run} has all of that.
 */
@NullMarked
package io.evomoe.training;

import org.jspecify.annotations.NullMarked;
