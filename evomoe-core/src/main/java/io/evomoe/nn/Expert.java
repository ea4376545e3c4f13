package io.evomoe.nn;

import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One expert of an MoE layer: a net that runs in one go with others of its form and shape. */
public interface Expert extends Layer {

  /**
   * Runs several experts, each on its own group of rows; a group without rows costs nothing and
   * gets no gradient.
   *
   * @param experts one a group, all of this one's class and shape; this one may be among them
   * @param x [groups.inputRows(), d]
   * @return [groups.rows(), d]
   */
  Output forwardGroups(List<? extends Expert> experts, INDArray x, RowGroups groups);

  /**
   * A child: an expert of the same form with parameters of its own.
   *
   * @param scope names the child's parameters
   * @param change applied to the weight matrices; biases, gains and shifts are copied
   */
  Expert child(Scope scope, FeedForward.WeightChange change);
}
