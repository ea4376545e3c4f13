package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.nd4j.linalg.api.buffer.DataType;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class KernelSelectionTest {
  private final String before = System.getProperty(KernelSelection.PROPERTY, "auto");

  @AfterEach
  void restore() {
    System.setProperty(KernelSelection.PROPERTY, before);
  }

  @Test
  void should_refuse_an_unknown_provider_with_the_list_of_known_ones() {
    System.setProperty(KernelSelection.PROPERTY, "abacus");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSelection.forType(DataType.BFLOAT16))
        .withMessageContaining(KernelSelection.PROPERTY)
        .withMessageContaining("nd4j")
        .withMessageContaining("was abacus");
  }

  @Test
  void should_say_so_when_no_provider_can_run_the_type() {
    assertThatThrownBy(() -> KernelSelection.forType(DataType.UTF8))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("UTF8");
  }

  @Test
  void should_give_the_same_kernels_every_time() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    assertThat(kernels.dataType()).isEqualTo(DataType.DOUBLE);
    assertThat(KernelSelection.forType(DataType.DOUBLE)).isSameAs(kernels);
  }

  @Test
  void should_find_the_portable_provider_for_both_precisions() {
    KernelProvider portable =
        ServiceLoader.load(KernelProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("nd4j"))
            .findFirst()
            .orElseThrow();
    assertThat(portable.priority()).isZero();
    assertThat(portable.refusal(DataType.FLOAT, Precision.F32)).isEmpty();
    assertThat(portable.refusal(DataType.DOUBLE, Precision.F32)).isEmpty();
    assertThat(portable.refusal(DataType.BFLOAT16, Precision.F32)).isPresent();
    assertThat(portable.create(DataType.FLOAT, Precision.F32).name()).isEqualTo("nd4j");
  }
}
