package io.evomoe.run.config;

import io.evomoe.kernel.Precision;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a run computes, which should not change what it learns.
 *
 * @param precision {@code f32}, or {@code bf16} for matrix products with bfloat16 operands
 * @param recompute whether activations are computed again in the backward pass instead of kept:
 *     less memory, a third more time
 */
public record ComputeConfig(Precision precision, boolean recompute) {
  /** float32, activations kept. */
  public static final ComputeConfig DEFAULT = new ComputeConfig(Precision.F32, false);

  /** Refuses a missing precision. */
  public ComputeConfig {
    Objects.requireNonNull(precision, "precision must be f32 or bf16, was null");
  }

  /** The same with other values of some fields. */
  public ComputeConfig with(Consumer<Builder> changes) {
    Builder builder = new Builder(this);
    changes.accept(builder);
    return builder.build();
  }

  /** Changes single fields; each means what the component of its name means. */
  public static final class Builder {
    private Precision precision;
    private boolean recompute;

    private Builder(ComputeConfig from) {
      precision = from.precision;
      recompute = from.recompute;
    }

    /** Sets {@link ComputeConfig#precision}. */
    public Builder precision(Precision value) {
      precision = value;
      return this;
    }

    /** Sets {@link ComputeConfig#recompute}. */
    public Builder recompute(boolean value) {
      recompute = value;
      return this;
    }

    private ComputeConfig build() {
      return new ComputeConfig(precision, recompute);
    }
  }
}
