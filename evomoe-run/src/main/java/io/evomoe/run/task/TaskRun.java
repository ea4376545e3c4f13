package io.evomoe.run.task;

import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.result.EvalRequest;

/** A saved run, as its {@link Task} sees it. */
public interface TaskRun {

  /** Returns the full configuration. */
  RunConfig config();

  /**
   * Returns the run's tokenizer.
   *
   * @throws IllegalArgumentException if the run has none
   */
  Tokenizer tokenizer();

  /**
   * Returns the training data.
   *
   * @throws IllegalArgumentException if the data of the run's start is missing or has changed
   */
  Dataset data();

  /** Returns gate and step, and the experts per token if a request names them; begins a line. */
  String name(EvalRequest request);
}
