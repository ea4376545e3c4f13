/**
 * The training loop. {@link io.evomoe.training.Trainer} takes a {@link io.evomoe.training.Model},
 * {@link io.evomoe.training.TrainingData} and a {@link io.evomoe.training.TrainerConfig}. It tells
 * {@link io.evomoe.training.Callback}s of each {@link io.evomoe.training.StepRecord}. {@code
 * io.evomoe.run.Run} adds the run folder, the task and the tokenizer.
 */
@NullMarked
package io.evomoe.training;

import org.jspecify.annotations.NullMarked;
