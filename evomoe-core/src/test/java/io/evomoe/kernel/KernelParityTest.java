package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import io.evomoe.testing.Differences;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;

/** Every other provider against the portable one, on the same seeded float inputs. */
class KernelParityTest {
  private static final double TOLERANCE = 1e-5;

  @TestFactory
  Stream<DynamicTest> should_agree_with_the_portable_provider() {
    List<Kernels> others =
        ServiceLoader.load(KernelProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> !provider.name().equals("nd4j"))
            .filter(
                provider -> provider.refusal(DataType.FLOAT, Precision.F32, Device.CPU).isEmpty())
            .map(provider -> provider.create(DataType.FLOAT, Precision.F32, Device.CPU))
            .toList();
    if (others.isEmpty()) {
      String reason = "only the portable kernel provider is present";
      return Stream.of(DynamicTest.dynamicTest(reason, () -> Assumptions.abort(reason)));
    }
    return others.stream().flatMap(other -> comparisons(new Nd4jKernels(DataType.FLOAT), other));
  }

  /** The same comparison in double: what the case list computes is sound by itself. */
  @TestFactory
  Stream<DynamicTest> should_agree_between_float_and_double() {
    return comparisons(new Nd4jKernels(DataType.DOUBLE), new Nd4jKernels(DataType.FLOAT));
  }

  private static Stream<DynamicTest> comparisons(Kernels expected, Kernels actual) {
    return KernelCases.all().entrySet().stream()
        .map(
            kernel ->
                DynamicTest.dynamicTest(
                    actual.name() + " " + kernel.getKey(),
                    () -> compare(kernel.getValue(), expected, actual)));
  }

  private static void compare(KernelCases.Case kernel, Kernels expected, Kernels actual) {
    List<double[]> wanted = kernel.results(expected);
    List<double[]> found = kernel.results(actual);
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.size(); i++) {
      assertThat(Differences.relative(found.get(i), wanted.get(i)))
          .as("result %d", i)
          .isLessThanOrEqualTo(TOLERANCE);
    }
  }
}
