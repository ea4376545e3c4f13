package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.moe.GateProvider;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class GateSelectionTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @Test
  void should_leave_out_of_all_what_refuses_the_model_and_say_so() {
    assertThat(select(true, "all"))
        .contains("evomoe", "switch", "topk", "lossfree", "remoe", "dense")
        .doesNotContain("expertchoice");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualToNormalizingNewlines(
            "Left out: gate expertchoice cannot serve in a causal model: its experts choose among"
                + " all tokens of a batch, so a token's output would depend on later ones\n");
  }

  @Test
  void should_have_every_gate_where_none_refuses() {
    assertThat(select(false, "all"))
        .isEqualTo(GateProvider.installed().stream().map(GateProvider::name).toList());
    assertThat(printed.size()).isZero();
  }

  @Test
  void should_take_gates_by_name_in_their_order() {
    assertThat(select(true, "switch", "dense", "dts")).containsExactly("switch", "dense", "dts");
    assertThat(select(true, " switch", "dense ")).containsExactly("switch", "dense");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> select(true, "switch", "none"))
        .withMessageContaining("was none");
  }

  @Test
  void should_refuse_expert_choice_by_name_in_a_causal_task() {
    RunOptions options = new RunOptions();
    options.preset = "quick";

    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.config("expertchoice", 1))
        .withMessageStartingWith("gate expertchoice cannot serve in a causal model");
  }

  private List<String> select(boolean causal, String... gates) {
    PrintStream console = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return CompareCommand.gateNames(List.of(gates), causal, console);
  }
}
