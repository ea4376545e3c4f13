package io.evomoe.nn;

import io.evomoe.kernel.Kernels;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A table of rows [entries, d], looked up by id. It can also be the output head. */
public final class Embedding {
  private final Kernels kernels;
  private final Parameter weight;

  /** Draws the table from N(0, deviation). {@code scope} contains {@code weight}. */
  public Embedding(Scope scope, int entries, int width, double deviation) {
    this.kernels = scope.kernels();
    this.weight = scope.normal("weight", deviation, entries, width);
  }

  /** Returns the number of entries. */
  public int entries() {
    return (int) weight.value().size(0);
  }

  /** Looks up the rows of the given ids [ids.length, d]. The pullback returns its argument. */
  public Output lookUp(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= entries()) {
        throw new IllegalArgumentException(
            "id must be in 0.." + (entries() - 1) + ", was " + id + " (" + weight.name() + ")");
      }
    }
    INDArray rows = kernels.gatherRows(weight.value(), ids);
    return new Output(
        rows,
        dy -> {
          if (!weight.frozen()) {
            kernels.scatterRowsInto(dy, ids, weight.accumulator());
          }
          return dy;
        });
  }

  /**
   * Computes the logits of every entry, {@code h W^T}: the tied output head (Press and Wolf 2017).
   */
  public Output logits(INDArray h) {
    return new Output(
        kernels.multiply(h, false, weight.value(), true),
        dLogits ->
            kernels.tableGradient(h, weight.value(), dLogits, weight.accumulatorIfTrained()));
  }

  /** Returns the trainable parameters. */
  public List<Parameter> parameters() {
    return List.of(weight);
  }
}
