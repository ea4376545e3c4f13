package io.evomoe.kernel.nd4j;

import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.Precision;
import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes {@link Nd4jKernels}, for FLOAT and DOUBLE; the provider of last resort. */
public final class Nd4jKernelProvider implements KernelProvider {

  @Override
  public String name() {
    return Nd4jKernels.NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Optional<String> refusal(DataType type, Precision precision) {
    if (precision == Precision.BF16) {
      return Optional.of("it has no bfloat16 products");
    }
    return type == DataType.FLOAT || type == DataType.DOUBLE
        ? Optional.empty()
        : Optional.of("data type must be FLOAT or DOUBLE, was " + type);
  }

  @Override
  public Kernels create(DataType type, Precision precision) {
    return new Nd4jKernels(type);
  }
}
