package io.evomoe.run.config;

import static io.evomoe.internal.names.Field.Kind.FREE;
import static io.evomoe.internal.names.Field.Kind.RUN;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.kernel.Precision;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Objects;

/** Computation settings; they should not change the quality of the model. */
@RecordBuilder
public record ComputeConfig(
    @Field(doc = "number format of the operands of matrix products", initial = "f32", kind = RUN)
        Precision precision,
    @Field(
            doc =
                "whether the backward pass recomputes activations instead of keeping them: less "
                    + "memory, a third more time, the same bits",
            initial = "false",
            kind = FREE)
        boolean recompute)
    implements ComputeConfigBuilder.With {
  /** float32 without recomputation. */
  public static final ComputeConfig DEFAULT = Fields.defaults(ComputeConfig.class);

  /** Rejects a missing precision. */
  public ComputeConfig {
    Objects.requireNonNull(precision, "precision must be f32 or bf16, was null");
  }
}
