package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelProvider;
import io.evomoe.kernel.Precision;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

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
    assumeFalse(CudaFacts.here().driver(), "this machine has an NVIDIA driver");
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

  /** Of a machine with a card: arrays that are there already, or will be, no card can read. */
  @Test
  void should_refuse_a_card_where_nd4j_has_started() throws Exception {
    assertThat(said(classPath(), Started.class))
        .isEqualTo(
            "ND4J has started, and its arrays lie where no card can read them: ask for kernels before anything of ND4J's is used, or give Java -Dnative.ops=%s",
            ManagedMemory.class.getName());
    String own = "-D" + OwnMemory.PROPERTY + "=" + HostMemory.class.getName();
    assertThat(said(classPath(), Started.class, own)).isEqualTo("nothing");
  }

  private Optional<String> refusal(DataType type, Precision precision, Device device) {
    return provider.refusal(type, precision, device);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  /** With what is left of the class path. */
  private static String refusalWithout(Predicate<String> jar) throws Exception {
    String left =
        Arrays.stream(classPath().split(File.pathSeparator))
            .filter(entry -> !jar.test(String.valueOf(Path.of(entry).getFileName())))
            .collect(Collectors.joining(File.pathSeparator));
    return said(left, Asked.class);
  }

  /** In a Java of its own. */
  private static String said(String classPath, Class<?> main, String... options) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath, main.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
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

  /** Makes an array before it asks for a card that would do. */
  static final class Started {
    private Started() {}

    public static void main(String[] none) {
      Nd4j.zeros(DataType.FLOAT, 3);
      KernelProvider provider = new TorchKernelProvider(() -> CudaFactsTest.WHOLE);
      provider.prepare(Device.FIRST_GPU);
      System.out.println(
          Asked.MARK
              + provider
                  .refusal(DataType.FLOAT, Precision.F32, Device.FIRST_GPU)
                  .orElse("nothing"));
    }
  }
}
