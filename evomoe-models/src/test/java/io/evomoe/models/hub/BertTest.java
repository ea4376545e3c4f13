package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.hub.HubConfig;
import io.evomoe.models.internal.hub.HubTensors;
import io.evomoe.models.internal.hub.JsonFile;
import io.evomoe.training.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The checkpoint of a RoBERTa that PyTorch wrote, as a BERT: without the two rows before its first
 * position, and with a second token type. It must have the same logits.
 */
class BertTest {
  /** The padding token of the checkpoint's sequences. */
  private static final int PADDING = 1;

  private static final String ROBERTA = "roberta";

  @TempDir Path folder;

  @Test
  void should_give_the_logits_of_PyTorch_and_be_exported_as_it_was() throws IOException {
    write(tensors -> {});
    Path kept = folder.resolve("kept");
    Path out = folder.resolve("out");
    try (HubFolder hub = HubFolder.open(folder)) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);

      assertThat(
              Published.difference(
                  Published.logits(model, ROBERTA, PADDING), Published.expected(ROBERTA, PADDING)))
          .isLessThan(1e-4);
      assertThat(hub.isHeadless()).isFalse();
      assertThat(hub.unused())
          .contains("bert.pooler.dense.weight", "bert.pooler.dense.bias")
          .contains("cls.seq_relationship.weight");

      hub.saveOrigin(kept);
      Published.export(model, Optional.of(kept)).write(out, Optional.empty(), 1 << 20);
    }
    assertThat(Published.contents(out)).isEqualTo(Published.contents(folder));
    assertThat(out.resolve("config.json")).hasSameTextualContentAs(folder.resolve("config.json"));
  }

  @Test
  void should_be_the_same_model_when_it_is_exported_without_its_origin() throws IOException {
    write(tensors -> {});
    Path out = folder.resolve("out");
    try (HubFolder hub = HubFolder.open(folder)) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);
      HubExport.of(model, HubRequest.of("dense").withFamily(Optional.of("bert")))
          .write(out, Optional.empty(), 1 << 20);
    }
    try (HubFolder hub = HubFolder.open(out)) {
      assertThat(
              Published.difference(
                  Published.logits(Published.load(hub, Published.DENSE, 1), ROBERTA, PADDING),
                  Published.expected(ROBERTA, PADDING)))
          .isLessThan(1e-4);
    }
  }

  @Test
  void should_read_an_encoder_without_a_head_or_a_prefix() throws IOException {
    write(BertTest::removeHead);
    Path kept = folder.resolve("kept");
    Path out = folder.resolve("out");
    try (HubFolder hub = HubFolder.open(folder)) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);

      assertThat(hub.isHeadless()).isTrue();
      assertThat(Published.value(model, "head.norm.gain").meanNumber().doubleValue()).isEqualTo(1);
      assertThat(
              Published.difference(
                  Published.value(model, "blocks.1.attention.projection.weight"),
                  hub.read("blocks.1.attention.projection.weight")))
          .isZero();
      hub.saveOrigin(kept);
      Published.export(model, Optional.of(kept)).write(out, Optional.empty(), 1 << 20);
    }
    assertThat(Published.contents(out)).isEqualTo(Published.contents(folder));
  }

  @Test
  void should_not_take_a_part_of_a_head() throws IOException {
    write(tensors -> tensors.remove("cls.predictions.bias"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubFolder.open(folder))
        .withMessageContaining("tensor cls.predictions.bias is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "position_embedding_type|relative_key|position_embedding_type must be absolute",
        "is_decoder|true|is_decoder must be false",
        "add_cross_attention|true|add_cross_attention must be false",
        "tie_word_embeddings|false|tie_word_embeddings must be true",
        "hidden_act|mish|hidden_act must be one of"
      })
  void should_name_a_field_that_cannot_be_represented(String field, String value, String says)
      throws IOException {
    write(tensors -> {});
    ObjectNode config = JsonFile.read(folder.resolve(HubConfig.FILE));
    config.put(field, value);
    JsonFile.write(folder.resolve(HubConfig.FILE), config);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubFolder.open(folder))
        .withMessageContaining(says);
  }

  @Test
  void should_not_hold_positions_that_follow_the_padding() {
    try (HubFolder hub = HubFolder.open(Published.folder(ROBERTA))) {
      Model<?> model = Published.load(hub, Published.DENSE, 1);
      HubRequest request = HubRequest.of("dense").withFamily(Optional.of("bert"));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> HubExport.of(model, request))
          .withMessageContaining("bert counts positions from 0");
    }
  }

  private static void removeHead(Map<String, INDArray> tensors) {
    Map<String, INDArray> body = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith("bert.")) {
            body.put(name.substring("bert.".length()), tensor);
          }
        });
    tensors.clear();
    tensors.putAll(body);
  }

  private void write(Consumer<Map<String, INDArray>> change) throws IOException {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    try (HubTensors roberta = HubTensors.open(Published.folder(ROBERTA))) {
      for (String name : roberta.names()) {
        if (!name.endsWith("position_ids")) {
          tensors.put(renamed(name), roberta.readFloat(name));
        }
      }
    }
    tensors.computeIfPresent(
        "bert.embeddings.position_embeddings.weight",
        (name, all) -> all.get(NDArrayIndex.interval(2, all.rows()), NDArrayIndex.all()).dup('c'));
    tensors.computeIfPresent(
        "bert.embeddings.token_type_embeddings.weight",
        (name, one) -> Nd4j.concat(0, one, Nd4j.rand(one.dataType(), 1, one.columns())));
    tensors.put("cls.seq_relationship.weight", Nd4j.rand(DataType.FLOAT, 2, 12));
    change.accept(tensors);
    HubTensors.write(folder, tensors, 1 << 20);
    ObjectNode config = JsonFile.read(Published.folder(ROBERTA).resolve(HubConfig.FILE));
    config.put("model_type", "bert").put("max_position_embeddings", 8).put("type_vocab_size", 2);
    config.put("pad_token_id", 0);
    JsonFile.write(folder.resolve(HubConfig.FILE), config);
  }

  private static String renamed(String roberta) {
    return roberta
        .replace("roberta.", "bert.")
        .replace("lm_head.dense", "cls.predictions.transform.dense")
        .replace("lm_head.layer_norm", "cls.predictions.transform.LayerNorm")
        .replace("lm_head.", "cls.predictions.");
  }
}
