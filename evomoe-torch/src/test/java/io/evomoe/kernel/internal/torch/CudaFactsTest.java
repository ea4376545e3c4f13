package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.kernel.internal.torch.CudaFacts.CudaCard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each thing that a machine can lack has a sentence of its own, for machines that are not here. */
class CudaFactsTest {
  private static final long GIBI = 1L << 30;
  private static final CudaOptions USUAL = CudaOptions.of(name -> null);
  private static final CudaCard H100 = new CudaCard("NVIDIA H100 80GB HBM3", 9, 0, 78 * GIBI);

  /** Lacks nothing. */
  static final CudaFacts WHOLE =
      new CudaFacts(
          "linux-x86_64",
          true,
          List.of(),
          true,
          Optional.empty(),
          13000,
          List.of(H100),
          Optional.of(":4096:8"));

  @Test
  void should_let_run_what_lacks_nothing() {
    assertThat(WHOLE.refusal(0, USUAL)).isEmpty();
  }

  @Test
  void should_name_the_only_platform() {
    assertThat(machine("windows-x86_64", true, List.of(), true).refusal(0, USUAL))
        .contains("CUDA is supported on linux-x86_64 alone, this is windows-x86_64");
  }

  @Test
  void should_say_that_there_is_no_driver() {
    assertThat(machine("linux-x86_64", false, List.of(), true).refusal(0, USUAL))
        .contains("no NVIDIA driver was found here: libcuda.so.1 does not load");
  }

  @ParameterizedTest
  @CsvSource({
    "libcublas.so.13, 'libcublas.so.13 does not load'",
    "'libcublas.so.13 libcudnn.so.9', 'libcublas.so.13, libcudnn.so.9 do not load'"
  })
  void should_name_every_library_that_is_missing(String names, String says) {
    assertThat(machine("linux-x86_64", true, List.of(names.split(" ")), true).refusal(0, USUAL))
        .contains("CUDA 13, cuDNN 9 and NCCL 2 must be on the loader's path, and of them " + says);
  }

  @Test
  void should_say_that_the_jars_are_those_for_the_cpu() {
    assertThat(machine("linux-x86_64", true, List.of(), false).refusal(0, USUAL))
        .contains(
            "the jar of org.bytedeco:pytorch on the class path is the one for the CPU, build with -Ptorch-cuda");
  }

  @Test
  void should_say_what_the_runtime_said() {
    assertThat(runtime(Optional.of("no jnicudart"), 0, List.of(), ":4096:8").refusal(0, USUAL))
        .contains("the CUDA runtime cannot be used: no jnicudart");
    assertThat(runtime(Optional.empty(), 0, List.of(), ":4096:8").refusal(0, USUAL))
        .contains("the CUDA runtime finds no driver that it can use");
  }

  @ParameterizedTest
  @CsvSource({"12080, 12.8", "11060, 11.6"})
  void should_refuse_a_driver_that_is_too_old(int version, String says) {
    assertThat(runtime(Optional.empty(), version, List.of(), ":4096:8").refusal(0, USUAL))
        .contains(
            "the NVIDIA driver runs CUDA up to %s, and CUDA 13 needs driver 580 or newer"
                .formatted(says));
  }

  @Test
  void should_say_which_cards_there_are() {
    assertThat(cards().refusal(0, USUAL)).contains("the CUDA runtime lists no card");
    assertThat(cards(H100, H100).refusal(1, USUAL)).isEmpty();
    assertThat(cards(H100, H100).refusal(2, USUAL))
        .contains("cards are numbered from 0 and there are 2, was 2");
  }

  @Test
  void should_name_a_card_that_has_no_code_and_the_bounds() {
    CudaCard pascal = new CudaCard("NVIDIA GeForce GTX 1080", 6, 1, 7 * GIBI);
    assertThat(cards(H100, pascal).refusal(1, USUAL))
        .contains(
            "compute capability must be one of 7.5, 8.x, 9.0, 10.x and 12.x, for which libtorch has"
                + " code, the card is NVIDIA GeForce GTX 1080 (6.1)");
  }

  @ParameterizedTest
  @CsvSource({
    "6, 1, false", "7, 0, false", "7, 5, true", "8, 0, true", "8, 6, true", "8, 9, true",
    "9, 0, true", "10, 0, true", "10, 3, true", "11, 0, false", "12, 0, true", "12, 1, true",
    "13, 0, false"
  })
  void should_know_which_compute_capabilities_have_code(int major, int minor, boolean code) {
    assertThat(new CudaCard("a card", major, minor, GIBI).hasCode()).isEqualTo(code);
  }

  @Test
  void should_refuse_a_card_that_others_have_filled() {
    assertThat(cards(new CudaCard("NVIDIA L4", 8, 9, 3 * GIBI / 2)).refusal(0, USUAL))
        .contains(
            "at least 2.0 GiB of the card's memory must be free, NVIDIA L4 (8.9) has 1.5 GiB");
  }

  @Test
  void should_never_take_all_of_the_memory_that_is_free() {
    assertThat(WHOLE.refusal(0, memory("77.9"))).isEmpty();
    assertThat(WHOLE.refusal(0, memory("78")))
        .contains(
            "evomoe.cuda.memory must be below the 78.0 GiB that are free on NVIDIA H100 80GB HBM3"
                + " (9.0), was 78.0 GiB");
    assertThat(USUAL.cap(10 * GIBI)).isEqualTo(7 * GIBI);
  }

  @Test
  void should_want_a_workspace_of_cublas_for_deterministic_algorithms_alone() {
    CudaFacts other = runtime(Optional.empty(), 13010, List.of(H100), ":0:0");
    assertThat(other.refusal(0, USUAL))
        .contains(
            "the variable CUBLAS_WORKSPACE_CONFIG must be :4096:8 or :16:8 for deterministic"
                + " algorithms, was :0:0");
    assertThat(other.refusal(0, options(Map.of(CudaOptions.ALGORITHMS, "fast")))).isEmpty();
  }

  @Test
  void should_be_deterministic_and_exact_by_default() {
    assertThat(USUAL).isEqualTo(new CudaOptions(OptionalDouble.empty(), false, false));
    assertThat(options(Map.of(CudaOptions.TF32, "true")).tf32()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "evomoe.cuda.memory, 0, 'must be a number of GiB above 0, was 0'",
    "evomoe.cuda.memory, NaN, 'must be a number of GiB above 0, was NaN'",
    "evomoe.cuda.memory, 8g, 'must be a number of GiB above 0, was 8g'",
    "evomoe.cuda.algorithms, quick, 'must be deterministic or fast, was quick'",
    "evomoe.cuda.tf32, yes, 'must be false or true, was yes'"
  })
  void should_refuse_other_values(String property, String value, String says) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options(Map.of(property, value)))
        .withMessage(property + " " + says);
  }

  private static CudaOptions memory(String gibibytes) {
    return options(Map.of(CudaOptions.MEMORY, gibibytes));
  }

  private static CudaOptions options(Map<String, String> properties) {
    return CudaOptions.of(properties::get);
  }

  private static CudaFacts machine(
      String platform, boolean driver, List<String> missing, boolean code) {
    return new CudaFacts(
        platform, driver, missing, code, Optional.empty(), 0, List.of(), Optional.empty());
  }

  private static CudaFacts cards(CudaCard... cards) {
    return runtime(Optional.empty(), 13000, List.of(cards), ":4096:8");
  }

  private static CudaFacts runtime(
      Optional<String> failure, int version, List<CudaCard> cards, String workspace) {
    return new CudaFacts(
        "linux-x86_64", true, List.of(), true, failure, version, cards, Optional.of(workspace));
  }
}
