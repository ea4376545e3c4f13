package io.evomoe.run.task;

import io.evomoe.models.text.EvaluationShare;
import io.evomoe.run.config.RunConfig;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingData;

/**
 * A task with its data at hand: makes the models and batches of runs that are to be compared.
 *
 * @param <B> a batch
 * @param <M> a model
 */
public interface Task<B, M extends Model<B>> {

  /** A model before its first step. */
  M model(RunConfig config);

  /** What to train and to measure on. */
  TrainingData<B> data(RunConfig config);

  /** How much of the held-out side a run is measured on. */
  EvaluationShare heldOut(RunConfig config);

  /** Name of the metric in tables and files. */
  String metricName();

  /**
   * The metric of a trained model on held-out data.
   *
   * @param trained the model
   * @param config of its run
   * @param moment phase and temperature to measure at
   * @param validLoss its held-out loss, in nats
   */
  double metric(M trained, RunConfig config, StepContext moment, double validLoss);

  /** Number of token ids. */
  int vocabulary();

  /** Lines on the data, for people. */
  String description();
}
