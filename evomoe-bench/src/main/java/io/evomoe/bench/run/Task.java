package io.evomoe.bench.run;

import io.evomoe.training.Model;
import io.evomoe.training.TrainingData;

/**
 * A task with its data at hand: makes the models and batches of runs that are to be compared.
 *
 * @param <B> a batch
 */
public interface Task<B> {

  /** A model before its first step. */
  Model<B> model(RunConfig config);

  /** What to train and to measure on. */
  TrainingData<B> data(RunConfig config);

  /** Name of the metric in tables and files. */
  String metricName();

  /** The metric of a held-out loss in nats. */
  double metric(double validLoss);

  /** Lines on the data, for people. */
  String description();
}
