package io.evomoe.moe;

import java.io.PrintStream;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gradients by SameDiff, without the line that it prints to standard output for each operation it
 * differentiates; all else that is printed meanwhile passes.
 */
final class Differentiation {
  private static final String NOISE = "Added differentiated op ";

  private Differentiation() {}

  /** The gradient of the graph's loss variables with respect to one variable. */
  static synchronized INDArray gradient(SameDiff graph, String variable) {
    PrintStream out = System.out;
    System.setOut(new Filtered(out));
    try {
      return Objects.requireNonNull(graph.calculateGradients(Map.of(), variable).get(variable));
    } finally {
      System.setOut(out);
    }
  }

  private static final class Filtered extends PrintStream {
    Filtered(PrintStream out) {
      super(out, true);
    }

    @Override
    public void println(@Nullable String line) {
      if (line == null || !line.startsWith(NOISE)) {
        super.println(line);
      }
    }
  }
}
