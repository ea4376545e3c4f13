package io.evomoe.bench.run;

import io.evomoe.kernel.Precision;
import java.util.Objects;

/**
 * How a run computes, which should not change what it learns.
 *
 * @param precision {@code f32}, or {@code bf16} for matrix products with bfloat16 operands
 * @param recompute whether activations are computed again in the backward pass instead of kept:
 *     less memory, a third more time
 */
public record ComputeSettings(Precision precision, boolean recompute) {
  /** float32, activations kept. */
  public static final ComputeSettings DEFAULT = new ComputeSettings(Precision.F32, false);

  /** Refuses a missing precision. */
  public ComputeSettings {
    Objects.requireNonNull(precision, "precision must be f32 or bf16, was null");
  }
}
