package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig.SpawnMethod;
import io.evomoe.gates.DtsGate;
import io.evomoe.gates.TopKGate;
import io.evomoe.training.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checkpoints that PyTorch wrote. */
class HubFolderTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt2_openai", "gpt2_bf16", "roberta", "roberta_other"})
  void should_give_the_logits_of_PyTorch(String name) {
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);

      INDArray logits = Published.logits(model, name, padding(hub));

      INDArray expected = Published.expected(name, padding(hub));
      assertThat(Published.difference(logits, expected)).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt2_openai", "gpt2_bf16", "roberta", "roberta_other"})
  void should_be_exported_as_it_was_in_every_tensor(String name) throws IOException {
    Path from = Published.folder(name);
    Path kept = temporary.resolve("kept");
    Path out = temporary.resolve("out");
    try (HubFolder hub = HubFolder.open(from)) {
      hub.saveOrigin(kept);
      Model<?> model = Published.load(hub, Published.DENSE, 1);
      Published.export(model, Optional.of(kept))
          .write(out, Optional.empty(), HubExport.DEFAULT_SHARD_BYTES);
    }
    assertThat(Published.contents(out)).isNotEmpty().isEqualTo(Published.contents(from));
    assertThat(out.resolve("config.json")).hasSameTextualContentAs(from.resolve("config.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2_openai", "roberta"})
  void should_be_the_same_model_after_a_way_through_our_own_form(String name) throws IOException {
    Path out = temporary.resolve("out");
    INDArray before;
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);
      before = Published.logits(model, name, padding(hub));
      Published.export(model, Optional.empty()).write(out, Optional.empty(), 4000);
    }
    assertThat(out.resolve("model.safetensors.index.json")).exists();
    assertThat(Files.readString(out.resolve("config.json"))).contains("float32");
    try (HubFolder hub = HubFolder.open(out)) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);
      INDArray after = Published.logits(model, name, padding(hub));
      assertThat(Published.difference(after, before)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "roberta"})
  void should_keep_its_logits_when_experts_are_spawned_as_copies(String name) {
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      INDArray dense =
          Published.logits(Published.load(hub, Published.DENSE, 1), name, padding(hub));
      for (SpawnMethod method : new SpawnMethod[] {SpawnMethod.mask(0), SpawnMethod.mask(0.3)}) {
        Model<?> mixture = Published.load(hub, new DtsGate.EvolvedProvider(), 8);
        mixture.spawn(method, 5);

        double difference =
            Published.difference(Published.logits(mixture, name, padding(hub)), dense);

        assertThat(mixture.evolving().places()).hasSize(2).allMatch(place -> place.experts() == 8);
        if (method.amount() == 0) {
          assertThat(difference).isLessThan(1e-5);
        } else {
          assertThat(difference).isGreaterThan(1e-2);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "roberta"})
  void should_start_every_expert_of_a_gate_that_has_them_from_the_start(String name) {
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      Model<?> mixture = Published.load(hub, new TopKGate.SwitchProvider(), 3);
      INDArray net = hub.read("blocks.1.feedForward.expand.weight");
      for (int e = 0; e < 3; e++) {
        String expert = "blocks.1.feedForward.experts." + e + ".expand.weight";
        assertThat(Published.difference(Published.value(mixture, expert), net)).isZero();
      }
    }
  }

  private static int padding(HubFolder hub) {
    return hub.model().config().positionOffset() - 1;
  }
}
