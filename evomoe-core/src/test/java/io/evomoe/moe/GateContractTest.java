package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class GateContractTest {

  @Test
  void should_name_the_switch_of_a_law_that_a_gate_may_do_without() {
    Contract contract = new Contract();

    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(contract::should_give_a_single_expert_every_token_whole)
        .withMessageContaining("singleExpertIsWhole()");
  }

  /** Not found by the build, which leaves nested classes out. */
  static final class Contract extends GateContract {
    @Override
    protected GateProvider provider() {
      return TestGates.of(
          "halves", spec -> new SameDiffGate(spec, (logits, context) -> logits.mul(0).add(0.5)));
    }
  }
}
