package io.evomoe.nn;

import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One expert of a MoE layer: a net that runs together with others of its form and shape. */
public interface Expert extends Layer {

  /**
   * Runs several experts, each on its own group of rows. A group without rows costs nothing and
   * gets no gradient.
   *
   * @param experts one per group, all of this one's class and shape; may include this one
   * @param x [groups.inputRows(), d]
   * @return [groups.rows(), d]
   */
  Output forwardGroups(List<? extends Expert> experts, INDArray x, RowGroups groups);

  /**
   * Creates a child: an expert of the same form with its own parameters.
   *
   * @param scope names the child's parameters
   * @param change applied to the weight matrices; biases, gains and shifts are copied
   */
  Expert child(Scope scope, FeedForward.WeightChange change);
}
