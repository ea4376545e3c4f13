package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.gates.DenseGate;
import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.internal.hub.HubConfig;
import io.evomoe.models.internal.hub.JsonFile;
import io.evomoe.models.llama.Llama;
import io.evomoe.moe.Gates;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.Scope;
import io.evomoe.nn.TokenBatch;
import io.evomoe.testing.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Checkpoints of {@code family_vectors.py}, which PyTorch computed from the families' formulas. */
class FamiliesTest {
  private static final int LENGTH = 16;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama_biased",
        "llama3",
        "llama_rope_parameters",
        "mistral",
        "qwen3",
        "mixtral",
        "mixtral_top1",
        "qwen3_moe",
        "qwen3_moe_stepped",
        "olmoe",
        "olmoe_all_experts",
        "qwen2_moe",
        "qwen2_moe_stepped"
      })
  void should_give_the_logits_of_PyTorch_and_be_exported_as_it_was(String name) throws IOException {
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      Llama model = model(hub.model());
      hub.loadInto(model);
      int[] ids = Npy.readInts("hub/" + name + "/ids.npy");
      INDArray logits = model.logits(TokenBatch.of(LENGTH, ids), Published.MOMENT);

      assertThat(Published.difference(logits, Npy.read("hub/" + name + "/logits.npy")))
          .isLessThan(1e-4);

      hub.saveOrigin(folder.resolve("origin"));
      HubRequest request =
          new HubRequest(
              "topk",
              Optional.of(new HubRequest.TextEnds(OptionalInt.empty(), 2)),
              Optional.of(folder.resolve("origin")),
              Published.MOMENT,
              Optional.empty());
      HubExport.of(model, request).write(folder.resolve("out"), Optional.empty(), 1 << 14);

      assertThat(Published.contents(folder.resolve("out")))
          .isEqualTo(Published.contents(Published.folder(name)));
    }
  }

  /** The defaults of the configuration classes in Hugging Face's library. */
  @ParameterizedTest
  @CsvSource({
    "llama, 10000",
    "llama_rope_parameters, 10000",
    "mistral, 10000",
    "qwen3, 10000",
    "mixtral, 1000000",
    "qwen3_moe, 10000",
    "olmoe, 10000",
    "qwen2_moe, 10000"
  })
  void should_take_the_theta_of_the_family_where_none_is_written(String name, double theta)
      throws IOException {
    ObjectNode config = JsonFile.read(Published.folder(name).resolve(HubConfig.FILE));
    config.remove("rope_theta");
    if (config.path("rope_parameters") instanceof ObjectNode together) {
      together.remove("rope_theta");
    }

    JsonFile.write(folder.resolve(HubConfig.FILE), config);

    PublishedModel read = HubConfig.read(folder);

    assertThat(Objects.requireNonNull(read.config().stack().block().attention().rotary()).theta())
        .isEqualTo(theta);
  }

  /** A flag of Qwen's, which Mistral's class does not look at. */
  @Test
  void should_refuse_a_window_that_a_flag_of_another_family_leaves_out() throws IOException {
    ObjectNode config = JsonFile.read(Published.folder("mistral").resolve(HubConfig.FILE));
    config.put("use_sliding_window", false).put("sliding_window", 8);
    JsonFile.write(folder.resolve(HubConfig.FILE), config);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubConfig.read(folder))
        .withMessageContaining("sliding_window must be null");
  }

  /**
   * The configuration classes take 4,096 where the file has none; a window of all positions is
   * none.
   */
  @ParameterizedTest
  @CsvSource({
    "mistral, 4096, , true",
    "mistral, 4097, , false",
    "mistral, 32, 32, true",
    "mistral, 32, 31, false",
    "qwen3, 4096, , true",
    "qwen3, 4097, , false"
  })
  void should_take_the_window_that_the_library_takes(
      String family, int positions, @Nullable Integer window, boolean held) throws IOException {
    ObjectNode config = JsonFile.read(Published.folder(family).resolve(HubConfig.FILE));
    config.put("max_position_embeddings", positions).remove("sliding_window");
    config.put("use_sliding_window", true);
    if (window != null) {
      config.put("sliding_window", window);
    }
    JsonFile.write(folder.resolve(HubConfig.FILE), config);

    if (held) {
      assertThat(HubConfig.read(folder).config().positions()).isEqualTo(positions);
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> HubConfig.read(folder))
          .withMessageContaining("sliding_window must be null, or all " + positions + " positions");
    }
  }

  private static Llama model(PublishedModel published) {
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    Gates gates =
        published
            .router()
            .map(
                router ->
                    new Gates(
                        new TopKGate.Provider(),
                        Map.of(
                            "k",
                            Integer.toString(router.experts()),
                            "renormalize",
                            Boolean.toString(router.renormalized())),
                        TrainingFacts.UNKNOWN))
            .orElseGet(() -> Gates.of(new DenseGate.Provider()));
    return new Llama(published.config(), gates, Scope.root(3, kernels));
  }

  @ParameterizedTest
  @CsvSource({
    "llama,mistral,true",
    "llama,qwen3,false",
    "llama,mixtral,false",
    "mixtral,olmoe,false",
    "mixtral_top1,mixtral,true",
    "mixtral,llama,false",
    "qwen3_moe_stepped,mixtral,false",
    "qwen2_moe,qwen3_moe,false",
    "llama,gpt2,false",
    "llama_biased,mistral,false"
  })
  void should_be_published_by_families_that_hold_it_alone(String name, String as, boolean held) {
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      Llama model = model(hub.model());
      hub.loadInto(model);
      HubRequest request =
          HubRequest.of("topk").withMoment(Published.MOMENT).withFamily(Optional.of(as));
      if (held) {
        assertThat(HubExport.of(model, request).config().path("model_type").asText()).isEqualTo(as);
      } else {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> HubExport.of(model, request))
            .withMessageStartingWith(as + " ")
            .withMessageContaining("this run is held by");
      }
    }
  }

  @Test
  void should_publish_a_dense_block_of_a_mixture_as_equal_experts() {
    PublishedModel mixed = described("mixtral").withExperts(4, 2);
    Llama model = model(mixed);
    HubExport.of(
            model,
            HubRequest.of("topk").withMoment(Published.MOMENT).withFamily(Optional.of("mixtral")))
        .write(folder.resolve("out"), Optional.empty(), 1 << 20);
    try (HubFolder hub = HubFolder.open(folder.resolve("out"))) {
      Llama again = model(hub.model());
      hub.loadInto(again);
      TokenBatch tokens = TokenBatch.of(4, new int[] {5, 6, 7, 8});

      assertThat(model.evolving().places()).hasSize(1);
      assertThat(again.evolving().places()).hasSize(2);
      assertThat(
              Published.difference(
                  again.logits(tokens, Published.MOMENT), model.logits(tokens, Published.MOMENT)))
          .isLessThan(1e-5);
    }
  }

  private static PublishedModel described(String name) {
    try (HubFolder hub = HubFolder.open(Published.folder(name))) {
      return hub.model();
    }
  }
}
