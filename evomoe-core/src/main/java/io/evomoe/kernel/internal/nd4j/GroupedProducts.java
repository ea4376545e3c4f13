package io.evomoe.kernel.internal.nd4j;

import io.evomoe.kernel.Accumulator;
import io.evomoe.kernel.FeedForwardNets.GroupedMap;
import io.evomoe.kernel.RowGroups;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products with a separate weight matrix for each group of rows. */
final class GroupedProducts {
  private GroupedProducts() {}

  static INDArray linear(INDArray x, RowGroups groups, GroupedMap map) {
    INDArray y = Nd4j.createUninitialized(x.dataType(), groups.rows(), map.out());
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        INDArray rows = groups.outputsOf(y, g);
        Accumulator into = new Accumulator(rows, 0);
        Products.multiplyInto(groups.inputsOf(x, g), false, map.weight(g), false, into);
        INDArray bias = map.bias(g);
        if (bias != null) {
          rows.addiRowVector(bias);
        }
      }
    }
    return y;
  }

  static INDArray inputGradient(INDArray dy, RowGroups groups, List<INDArray> weights) {
    long in = weights.get(0).rows();
    INDArray dx = Nd4j.createUninitialized(dy.dataType(), groups.inputRows(), in);
    for (int g = 0; g < groups.count(); g++) {
      if (groups.size(g) > 0) {
        double beta = groups.isShared() && g > 0 ? 1 : 0;
        Accumulator into = new Accumulator(groups.inputsOf(dx, g), beta);
        Products.multiplyInto(groups.outputsOf(dy, g), false, weights.get(g), true, into);
      }
    }
    return dx;
  }
}
