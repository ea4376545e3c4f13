package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** The example of {@code docs/export.md}. */
class DocumentedHubTest {

  private static Gpt mixture(Path folder, GateProvider gate, Kernels kernels) {
    try (HubFolder hub = HubFolder.open(folder)) {
      LanguageModelConfig size = hub.model().withExperts(8, 2).config();
      Gpt model = new Gpt(size, Gates.of(gate), Scope.root(1, kernels));
      hub.loadInto(model);
      return model;
    }
  }

  @Test
  void should_be_a_mixture_of_copies_of_the_dense_net() {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    Gpt model = mixture(Published.folder("gpt2"), new TopKGate.SwitchProvider(), kernels);

    assertThat(model.parameters())
        .filteredOn(parameter -> parameter.name().contains("experts.7."))
        .isNotEmpty()
        .allSatisfy(
            last ->
                assertThat(model.parameters())
                    .filteredOn(
                        p -> p.name().equals(last.name().replace("experts.7.", "experts.0.")))
                    .hasSize(1)
                    .allSatisfy(p -> assertThat(p.value()).isEqualTo(last.value())));
  }
}
