package io.evomoe.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackendCheckTest {
  private static final NvidiaCard AMPERE = new NvidiaCard("NVIDIA A100-SXM4-40GB", 8, 0);
  private static final NvidiaCard HOPPER = new NvidiaCard("NVIDIA H100 80GB HBM3", 9, 0);

  @Test
  void should_accept_the_backend_of_this_build() {
    assertThatCode(BackendCheck::requireUsable).doesNotThrowAnyException();
  }

  @Test
  void should_say_that_there_is_no_gpu() {
    Optional<String> problem = BackendCheck.problem(List.of(), Optional.of("libcuda.so.1: none"));

    assertThat(problem.orElseThrow())
        .contains("3.7 to 8.6", "no usable NVIDIA GPU or driver")
        .doesNotContain("\n");
  }

  @Test
  void should_name_a_card_that_is_too_new_and_the_limit() {
    Optional<String> problem = BackendCheck.problem(List.of(HOPPER), Optional.empty());

    assertThat(problem.orElseThrow())
        .contains("3.7 to 8.6")
        .endsWith("but this machine has NVIDIA H100 80GB HBM3 (9.0)");
  }

  @Test
  void should_name_the_card_that_cuda_cannot_use_and_the_reason() {
    Optional<String> problem =
        BackendCheck.problem(List.of(AMPERE), Optional.of("libcudart.so.11.0: not found"));

    assertThat(problem.orElseThrow())
        .endsWith("but NVIDIA A100-SXM4-40GB (8.0) is not usable: libcudart.so.11.0: not found");
  }

  @Test
  void should_let_a_supported_card_run_beside_one_that_is_not() {
    assertThat(BackendCheck.problem(List.of(HOPPER, AMPERE), Optional.empty())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "3, 0, false",
    "3, 5, false",
    "3, 7, true",
    "5, 0, true",
    "7, 5, true",
    "8, 6, true",
    "8, 9, true",
    "9, 0, false",
    "10, 0, false",
    "2, 9, false"
  })
  void should_know_which_compute_capabilities_run(int major, int minor, boolean runs) {
    assertThat(new NvidiaCard("a card", major, minor).runsNd4j()).isEqualTo(runs);
  }

  @Test
  void should_read_the_cards_and_pass_over_messages() {
    String output =
        "NVIDIA A100-SXM4-40GB, 8.0\r\nNVIDIA H100, 80GB, 9.0\n\nNo devices were found\n";

    assertThat(NvidiaCard.listed(output))
        .containsExactly(AMPERE, new NvidiaCard("NVIDIA H100, 80GB", 9, 0));
  }
}
