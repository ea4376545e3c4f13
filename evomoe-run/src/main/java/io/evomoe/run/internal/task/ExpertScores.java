package io.evomoe.run.internal.task;

import io.evomoe.kernel.Kernels;
import io.evomoe.moe.MoeLayer.ExpertObserver;
import io.evomoe.moe.Routing;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of gate weight times output norm of a layer's experts, over the tokens of each. */
final class ExpertScores implements ExpertObserver {
  private final Kernels kernels;
  private final double[] sums;
  private final long[] tokens;

  ExpertScores(Kernels kernels, int experts) {
    this.kernels = kernels;
    this.sums = new double[experts];
    this.tokens = new long[experts];
  }

  @Override
  public void see(Routing routing, INDArray outputs) {
    int[] all = IntStream.range(0, routing.assignments()).toArray();
    double[] squares = kernels.read(kernels.rowDots(outputs, outputs, all));
    for (int e = 0; e < sums.length; e++) {
      for (int i = routing.offset(e); i < routing.offset(e) + routing.load(e); i++) {
        sums[e] += routing.weight(i) * Math.sqrt(squares[i]);
      }
      tokens[e] += routing.load(e);
    }
  }

  /** Returns the experts with the highest scores, by number; one without tokens has 0. */
  List<Integer> best(int count) {
    return IntStream.range(0, sums.length)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer e) -> tokens[e] == 0 ? 0 : -sums[e] / tokens[e]))
        .limit(count)
        .sorted()
        .toList();
  }
}
