package io.evomoe.moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class GateRegistryTest {

  @Test
  void should_list_gates_by_name() {
    GateRegistry registry = new GateRegistry(List.of(named("zeta"), named("alpha")));

    assertThat(registry.names()).containsExactly("alpha", "zeta");
    assertThat(registry.providers()).extracting(GateProvider::name).isEqualTo(registry.names());
    assertThat(registry.provider("zeta").name()).isEqualTo("zeta");
  }

  @Test
  void should_list_the_known_names_when_asked_for_another() {
    GateRegistry registry = new GateRegistry(List.of(named("zeta"), named("alpha")));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.provider("other"))
        .withMessage("gate must be one of alpha, zeta, was other");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> registry.provider("beta"))
        .withMessage("gate must be one of alpha, zeta, was beta; did you mean zeta?");
  }

  @Test
  void should_refuse_two_gates_of_one_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new GateRegistry(List.of(named("alpha"), named("alpha"))))
        .withMessageContaining("gate name must be unique, was alpha");
  }

  private static GateProvider named(String name) {
    return new GateProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public String description() {
        return "made for this test";
      }

      @Override
      public Gate create(GateSpec spec) {
        throw new UnsupportedOperationException("never made");
      }
    };
  }
}
