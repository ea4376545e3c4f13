package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Precision;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** What cannot run says why, in one sentence. */
class TorchRefusalTest {
  private final KernelProvider provider = new TorchKernelProvider();

  @Test
  void should_be_chosen_by_its_name_alone() {
    assertThat(provider.name()).isEqualTo("torch");
    assertThat(provider.priority()).isNegative();
  }

  @Test
  void should_run_float_and_double_on_the_cpu_and_bf16_where_there_is_float() {
    assertThat(refusal(DataType.FLOAT, Precision.F32, Device.CPU)).isEmpty();
    assertThat(refusal(DataType.DOUBLE, Precision.F32, Device.CPU)).isEmpty();
    assertThat(refusal(DataType.FLOAT, Precision.BF16, Device.CPU)).isEmpty();
    assertThat(refusal(DataType.DOUBLE, Precision.BF16, Device.CPU))
        .contains("bf16 rounds float32 alone");
    assertThat(refusal(DataType.BFLOAT16, Precision.F32, Device.CPU))
        .contains("data type must be FLOAT or DOUBLE, was BFLOAT16");
  }

  @Test
  void should_say_that_there_is_no_driver_before_anything_of_cuda_is_loaded() {
    assumeFalse(CudaProbe.facts().driver(), "this machine has an NVIDIA driver");
    provider.prepare(Device.FIRST_GPU);
    assertThat(refusal(DataType.FLOAT, Precision.F32, Device.FIRST_GPU))
        .contains("no NVIDIA driver was found here: libcuda.so.1 does not load");
    assertThat(System.getProperty(OwnMemory.PROPERTY)).isNull();
  }

  @Test
  void should_name_the_jar_that_is_missing() throws Exception {
    assertThat(refusalWithout(name -> name.startsWith("pytorch-")))
        .isEqualTo("the jar of org.bytedeco:pytorch is not on the class path");
  }

  @Test
  void should_name_the_platform_whose_native_code_is_missing() throws Exception {
    String platform = Loader.getPlatform();
    assertThat(
            refusalWithout(name -> name.startsWith("pytorch-") && name.endsWith(platform + ".jar")))
        .isEqualTo(
            "libtorch does not load on %s, for which org.bytedeco:pytorch and org.bytedeco:openblas need jars of that classifier (no jnitorch)",
            platform);
  }

  private Optional<String> refusal(DataType type, Precision precision, Device device) {
    return provider.refusal(type, precision, device);
  }

  /** In a Java of its own, with what is left of the class path. */
  private static String refusalWithout(Predicate<String> jar) throws Exception {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !jar.test(String.valueOf(Path.of(entry).getFileName())))
            .collect(Collectors.joining(File.pathSeparator));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-cp", classPath, Asked.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return out.lines()
        .filter(line -> line.startsWith(Asked.MARK))
        .findFirst()
        .orElseThrow()
        .substring(Asked.MARK.length());
  }

  /** Prints why it cannot run. */
  static final class Asked {
    static final String MARK = "refused: ";

    private Asked() {}

    public static void main(String[] none) {
      System.out.println(
          MARK
              + new TorchKernelProvider()
                  .refusal(DataType.FLOAT, Precision.F32, Device.CPU)
                  .orElse("nothing"));
    }
  }
}
