package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.evomoe.moe.GateProvider.ExpertLifecycle;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DenseGateTest extends BuiltInGateTest {
  DenseGateTest() {
    super(new DenseGate.Provider());
  }

  @Override
  protected boolean looksAtRows() {
    return false;
  }

  @Override
  protected List<Integer> expertCounts() {
    return List.of(1);
  }

  @Test
  void should_never_have_more_than_one_expert() {
    assertThat(provider().growth()).isEqualTo(ExpertLifecycle.NEVER);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene(Map.of()))
        .withMessage("experts must be 1 for gate dense, a plain feed-forward net, was 4");
  }
}
