package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.evolution.SpawnMethod;
import io.evomoe.gates.BaseGate;
import io.evomoe.gates.DtsGate;
import io.evomoe.gates.LossFreeGate;
import io.evomoe.gates.ReMoeGate;
import io.evomoe.gates.TopKGate;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.hub.HubRequest.TextEnds;
import io.evomoe.models.internal.hub.HubConfig;
import io.evomoe.models.internal.hub.JsonFile;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.Transformer.TransformerConfig;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.NormConfig;
import io.evomoe.nn.Scope;
import io.evomoe.testing.LayerGradientCheck;
import io.evomoe.testing.OtherDigits;
import io.evomoe.training.Model;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Models of ours in the files of Hugging Face. */
class HubExportTest {
  private static final StackConfig STACK =
      StackConfig.of(2, 12, 3)
          .withIntermediateSize(20)
          .withExperts(4)
          .withMoeEvery(2)
          .with(b -> b.norm(new NormConfig(NormConfig.Kind.LAYER, 1e-4)));
  private static final int[] IDS = {0, 5, 9, 1, 2, 1, 1, 0, 7, 3, 4, 8, 6, 2};

  @TempDir Path folder;

  @Test
  void should_refuse_a_head_that_is_not_tied_in_a_family_of_tied_ones() {
    PublishedModel tied = described("gpt2");
    PublishedModel untied = tied.with(m -> m.config(tied.config().withTied(false)));
    Model<?> model = Published.fresh(untied, Published.DENSE);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> HubExport.of(model, HubRequest.of("dense").withFamily(Optional.of("gpt2"))))
        .withMessageContaining("has a tied head, this run has not");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "roberta"})
  void should_be_read_back_as_the_same_model(String family) {
    PublishedModel own = described(family);
    Model<?> model = Published.fresh(own, Published.DENSE);
    LayerGradientCheck.disturb(model.parameters(), 0.3);

    HubExport export =
        HubExport.of(
            model,
            HubRequest.of("dense").withEnds(Optional.of(new TextEnds(OptionalInt.empty(), 10))));
    export.write(folder, Optional.empty(), HubExport.DEFAULT_SHARD_BYTES);

    assertThat(export.isInOwnForm()).isFalse();
    try (HubFolder hub = HubFolder.open(folder)) {
      Model<?> read = Published.load(hub, Published.DENSE, 1);
      int[] ids = model instanceof Gpt ? IDS : rightPadded();
      assertThat(
              Published.difference(
                  Published.logits(read, ids, 7, 1), Published.logits(model, ids, 7, 1)))
          .isLessThan(1e-6);
    }
  }

  private static PublishedModel described(String family) {
    return new PublishedModel(family, new LanguageModelConfig(11, 8, STACK), Optional.empty());
  }

  private static int[] rightPadded() {
    return new int[] {0, 5, 9, 2, 1, 1, 1, 0, 7, 3, 4, 8, 6, 2};
  }

  @Test
  void should_be_written_in_the_type_that_is_asked_for() throws IOException {
    PublishedModel own = described("gpt2");
    Model<?> model = Published.fresh(own, Published.DENSE);
    HubExport export = HubExport.of(model, HubRequest.of("dense"));

    export.write(folder, Optional.of(DataType.BFLOAT16), HubExport.DEFAULT_SHARD_BYTES);

    assertThat(Files.readString(folder.resolve("config.json"))).contains("bfloat16");
    try (SafeTensors tensors = SafeTensors.open(folder.resolve("model.safetensors"))) {
      assertThat(tensors.names()).allMatch(name -> tensors.info(name).type() == DataType.BFLOAT16);
      INDArray written = tensors.readFloat("transformer.wte.weight");
      assertThat(Published.difference(written, Published.value(model, "tokens.weight")))
          .isStrictlyBetween(0.0, 1e-2);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> export.write(folder, Optional.empty(), 0))
        .withMessageContaining("shardBytes");
  }

  @Test
  void should_reject_a_type_that_cannot_hold_a_value() {
    Model<?> model = Published.fresh(described("gpt2"), Published.DENSE);
    model.parameters().get(0).value().putScalar(0, 70_000);
    HubExport export = HubExport.of(model, HubRequest.of("dense"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> export.write(folder.resolve("out"), Optional.of(DataType.FLOAT16), 1000))
        .withMessageContaining("has values up to 70000, but f16 holds at most 65504");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void should_have_our_form_if_asked() {
    Model<?> model = Published.fresh(described("gpt2"), Published.DENSE);
    HubRequest own = HubRequest.of("dense").withFamily(Optional.of(HubExport.OWN_FORM));

    assertThat(HubExport.of(model, own).isInOwnForm()).isTrue();
  }

  /** Its tables name experts, and some of its numbers are near 0. */
  @ParameterizedTest
  @CsvSource({"HALF", "BFLOAT16"})
  void should_not_round_the_state_of_gates(DataType type) throws IOException {
    PublishedModel own = described("gpt2");
    for (GateProvider gate : List.of(new ReMoeGate.Provider(), new LossFreeGate.Provider())) {
      Model<?> model = Published.fresh(own, gate);
      model.state().forEach(state -> state.value().assign(1.4097e-8));
      Path out = folder.resolve(gate.name());

      HubExport export = HubExport.of(model, HubRequest.of(gate.name()));
      export.write(out, Optional.of(type), HubExport.DEFAULT_SHARD_BYTES);

      List<List<Float>> exact = new ArrayList<>();
      try (SafeTensors tensors = SafeTensors.open(out.resolve("model.safetensors"))) {
        for (String name : tensors.names()) {
          if (tensors.info(name).type() == DataType.FLOAT) {
            exact.add(floats(tensors.read(name)));
          }
        }
      }
      assertThat(exact)
          .isNotEmpty()
          .containsExactlyInAnyOrderElementsOf(
              model.state().stream().map(state -> floats(state.value())).toList());
    }
  }

  private static List<Float> floats(INDArray array) {
    List<Float> numbers = new ArrayList<>();
    for (double number : array.castTo(DataType.DOUBLE).ravel().toDoubleVector()) {
      numbers.add((float) number);
    }
    return numbers;
  }

  /** A model that was taught to chat ends with another token than documents do. */
  @ParameterizedTest
  @CsvSource({"5, 7, 5", ", 7, 7"})
  void should_name_the_tokens_that_begin_and_end_a_text(
      @Nullable Integer begin, int end, int written) throws IOException {
    Model<?> model = Published.fresh(described("gpt2"), Published.DENSE);

    OptionalInt first = begin == null ? OptionalInt.empty() : OptionalInt.of(begin);
    HubExport.of(model, HubRequest.of("dense").withEnds(Optional.of(new TextEnds(first, end))))
        .write(folder, Optional.empty(), HubExport.DEFAULT_SHARD_BYTES);

    ObjectNode config = JsonFile.read(folder.resolve(HubConfig.FILE));
    assertThat(config.path("bos_token_id").asInt()).isEqualTo(written);
    assertThat(config.path("eos_token_id").asInt()).isEqualTo(end);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "base"})
  void should_have_our_names_if_no_family_fits(String gate) throws IOException {
    for (String family : List.of("gpt2", "roberta")) {
      Model<?> model =
          Published.fresh(
              described(family),
              gate.equals("base") ? new BaseGate.Provider() : new DtsGate.EvolvedProvider());
      if (gate.equals("evomoe")) {
        model.spawn(SpawnMethod.mask(0.3), 5);
      }
      Path out = folder.resolve(family);

      requireOwnForm(model, family, gate, out);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> HubFolder.open(out).close())
          .withMessageContaining("model_type must be one of [gpt2, roberta, llama,")
          .withMessageContaining("was \"evomoe\"");
    }
  }

  @Test
  void an_encoder_decoder_should_have_our_names() throws IOException {
    Transformer model = switchTransformer();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> HubExport.of(model, HubRequest.of("switch").withFamily(Optional.of("mixtral"))))
        .withMessageContaining("no family holds an encoder-decoder");
    requireOwnForm(model, "transformer", "switch", folder);
  }

  /** Exports a model and requires that each of its arrays is there, and no others. */
  private static void requireOwnForm(Model<?> model, String base, String gate, Path out)
      throws IOException {
    HubExport export = HubExport.of(model, HubRequest.of(gate));
    export.write(out, Optional.empty(), HubExport.DEFAULT_SHARD_BYTES);

    assertThat(export.isInOwnForm()).isTrue();
    ObjectNode config = JsonFile.read(out.resolve(HubConfig.FILE));
    assertThat(config.path("model_type").asText()).isEqualTo("evomoe");
    assertThat(config.path("evomoe").path("base_model_type").asText()).isEqualTo(base);
    assertThat(config.path("evomoe").path("gate").asText()).isEqualTo(gate);
    Map<String, INDArray> arrays = new HashMap<>();
    model.parameters().forEach(parameter -> arrays.put(parameter.name(), parameter.value()));
    model.state().forEach(state -> arrays.put(state.name(), state.value()));
    try (SafeTensors tensors = SafeTensors.open(out.resolve("model.safetensors"))) {
      assertThat(tensors.names()).containsExactlyInAnyOrderElementsOf(arrays.keySet());
      for (String name : tensors.names()) {
        equal(tensors.read(name), Objects.requireNonNull(arrays.get(name)));
      }
    }
  }

  @Test
  void names_should_be_the_same_whatever_digits_the_locale_has() throws IOException {
    Transformer model = switchTransformer();
    Path here = Files.createDirectory(folder.resolve("here"));
    Path there = Files.createDirectory(folder.resolve("there"));

    HubExport.of(model, HubRequest.of("switch")).write(here, Optional.empty(), 4000);
    try (OtherDigits digits = new OtherDigits()) {
      HubExport.of(model, HubRequest.of("switch")).write(there, Optional.empty(), 4000);
    }

    assertThat(there.resolve("model.safetensors.index.json"))
        .hasSameTextualContentAs(here.resolve("model.safetensors.index.json"));
    assertThat(names(there)).isEqualTo(names(here)).contains("model-00001-of-00012.safetensors");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void equal(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(Published.difference(actual, expected)).isZero();
  }

  private static Transformer switchTransformer() {
    return new Transformer(
        new TransformerConfig(11, 8, STACK, STACK, 0),
        Gates.of(new TopKGate.SwitchProvider()),
        Scope.root(3, KernelSelection.forType(DataType.FLOAT)));
  }
}
