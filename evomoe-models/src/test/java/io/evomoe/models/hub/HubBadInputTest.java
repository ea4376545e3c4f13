package io.evomoe.models.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.hub.HubConfig;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextProgress;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Folders that do not fit are refused before anything is made of them. */
class HubBadInputTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "gpt2|model_type|\"electra\"|model_type must be one of [gpt2, roberta, llama, mistral, qwen3,"
            + " mixtral, qwen3_moe, olmoe, qwen2_moe, bert], was \"electra\"",
        "gpt2|model_type|null|model_type must be one of [",
        "gpt2|n_embd|0|n_embd must be a whole number of at least 1 and at most 1000000, was 0",
        "gpt2|n_embd|\"12\"|n_embd must be a whole number",
        "gpt2|n_embd|null|n_embd must be a whole number",
        "gpt2|n_head|5|n_head must be a divisor of the width 12, was 5",
        "gpt2|n_layer|3|tensor transformer.h.2.ln_1.weight is missing",
        "gpt2|n_layer|1|tensors are not of a gpt2",
        "gpt2|n_layer|1000000|1000000 layers",
        "gpt2|n_positions|10|wpe.weight must have the shape [10, 12], has [9, 12]",
        "gpt2|vocab_size|24|wte.weight must have the shape [24, 12], has [23, 12]",
        "gpt2|n_inner|50|mlp.c_fc.weight must have the shape [12, 50]",
        "gpt2|activation_function|\"mish\"|activation_function must be one of",
        "gpt2|layer_norm_epsilon|0|layer_norm_epsilon must be a number above 0, was 0",
        "gpt2|resid_pdrop|1|resid_pdrop must be a number in [0, 1), was 1",
        "gpt2|scale_attn_by_inverse_layer_idx|true|scale_attn_by_inverse_layer_idx must be false",
        "gpt2|tie_word_embeddings|false|tie_word_embeddings must be true",
        "gpt2|add_cross_attention|true|add_cross_attention must be false",
        "roberta|position_embedding_type|\"relative_key\"|position_embedding_type must be absolute",
        "roberta|is_decoder|true|is_decoder must be false",
        "roberta|pad_token_id|-1|pad_token_id must be a whole number of at least 0",
        "roberta|max_position_embeddings|2|max_position_embeddings must be a whole number of at"
            + " least 3",
        "roberta|type_vocab_size|2|token_type_embeddings.weight must have the shape [2, 12]",
        "roberta|hidden_act|\"tanhh\"|hidden_act must be one of",
        "llama|sliding_window|8|sliding_window must be null",
        "llama|rope_scaling|{\"rope_type\":\"yarn\",\"factor\":2.0}|rope_scaling: rope_type must be"
            + " one of [llama3, default], was \"yarn\"",
        "llama|rope_scaling|{\"type\":\"linear\",\"factor\":2.0}|rope_scaling: type must be one of",
        "llama|rope_theta|0|rope_theta must be a number above 0, was 0",
        "llama|attn_logit_softcapping|50.0|attn_logit_softcapping must be null",
        "llama|final_logit_softcapping|30.0|final_logit_softcapping must be null",
        "llama|partial_rotary_factor|0.5|partial_rotary_factor must be 1.0",
        "llama|num_key_value_heads|3|num_key_value_heads must be a divisor of num_attention_heads",
        "llama|head_dim|5|head_dim must be even, was 5",
        "llama|attention_bias|true|self_attn.q_proj.bias is missing",
        "llama|tie_word_embeddings|true|lm_head.weight must equal model.embed_tokens.weight",
        "olmoe|clip_qkv|8.0|clip_qkv must be null",
        "olmoe|num_experts|7|mlp.gate.weight must have the shape [7, 32], has [6, 32]",
        "olmoe|num_experts|5|mlp.gate.weight must have the shape [5, 32], has [6, 32]",
        "olmoe|num_experts_per_tok|7|num_experts_per_tok must be a whole number of at least 1 and at"
            + " most 6, was 7",
        "qwen2_moe|decoder_sparse_step|9|decoder_sparse_step must be such that a block has experts",
        "qwen2_moe|mlp_only_layers|[1]|mlp_only_layers must be the first blocks in order",
        "qwen2_moe_stepped|use_sliding_window|true|sliding_window must be null",
        "qwen3_moe|norm_topk_prob|1|norm_topk_prob must be true or false, was 1"
      })
  void should_name_the_field_of_the_configuration(
      String name, String field, String value, String says) throws IOException {
    JsonNode other = JSON.readTree(value);
    copy(name, config -> config.set(field, other), tensors -> {});
    refused(says);
  }

  @Test
  void should_name_a_tensor_that_is_missing_or_nothing_takes() throws IOException {
    copy("gpt2", config -> {}, tensors -> tensors.remove("transformer.ln_f.bias"));
    refused("tensor transformer.ln_f.bias is missing");
    copy("gpt2", config -> {}, tensors -> tensors.put("transformer.h.0.extra", Nd4j.ones(2)));
    refused("1 tensors are not of a gpt2: [transformer.h.0.extra]");
  }

  @Test
  void should_name_a_tensor_of_another_type() throws IOException {
    copy(
        "roberta",
        config -> {},
        tensors ->
            tensors.computeIfPresent("lm_head.bias", (name, old) -> old.castTo(DataType.DOUBLE)));
    refused("tensor lm_head.bias must be F32, F16 or BF16");
  }

  @Test
  void should_refuse_a_head_of_its_own() throws IOException {
    copy(
        "gpt2",
        config -> {},
        tensors ->
            tensors.put(
                "lm_head.weight",
                Objects.requireNonNull(tensors.get("transformer.wte.weight")).add(1e-6)));
    refused("tensor lm_head.weight must equal transformer.wte.weight");
  }

  @Test
  void should_refuse_a_folder_without_the_files() throws IOException {
    refused("config.json cannot be read: there is no such file");
    copy("gpt2", config -> {}, tensors -> {});
    Files.move(folder.resolve("model.safetensors"), folder.resolve("pytorch_model.bin"));
    refused("has neither; pytorch_model.bin is not read");
    Files.writeString(folder.resolve("config.json"), "[1]");
    refused("config.json must hold a JSON object");
    Files.writeString(folder.resolve("config.json"), "{\"a\": 1, \"a\": 2}");
    refused("config.json must be JSON");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubFolder.open(folder.resolve("nowhere")))
        .withMessageContaining("must be a folder");
  }

  @Test
  void should_refuse_a_damaged_file_as_wrong_input() throws IOException {
    copy("gpt2", config -> {}, tensors -> {});
    byte[] bytes = Files.readAllBytes(folder.resolve("model.safetensors"));
    Files.write(
        folder.resolve("model.safetensors"), java.util.Arrays.copyOf(bytes, bytes.length - 1));
    refused("model.safetensors");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{}|weight_map must name a file",
        "{\"weight_map\":[]}|weight_map must name a file",
        "{\"weight_map\":{\"x\":\"../model.safetensors\"}}|x must be in a .safetensors file",
        "{\"weight_map\":{\"x\":\"/etc/passwd\"}}|x must be in a .safetensors file",
        "{\"weight_map\":{\"x\":7}}|x must be in a .safetensors file",
        "{\"weight_map\":{\"x\":\"part.safetensors\"}}|all tensors of part.safetensors and no others for it, was wrong for lm_head.bias",
        "{\"weight_map\":{\"lm_head.bias\":\"part.safetensors\"}}|all tensors of part.safetensors and no others for it, was wrong for ",
        "{\"weight_map\":{\"x\":\"none.safetensors\"}}|cannot read",
        "{\"weight_map\":{\"x\":\"a.safetensors\",\"x\":\"b.safetensors\"}}|Duplicate"
      })
  void should_refuse_an_index_that_does_not_agree_with_its_files(String index, String says)
      throws IOException {
    copy("roberta", config -> {}, tensors -> {});
    Files.move(folder.resolve("model.safetensors"), folder.resolve("part.safetensors"));
    Files.writeString(folder.resolve("model.safetensors.index.json"), index);
    refused(says);
  }

  @Test
  void should_shorten_a_name_that_fills_pages() throws IOException {
    copy("roberta", config -> {}, tensors -> {});
    Files.delete(folder.resolve("model.safetensors"));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"x\":\"../" + "a".repeat(100_000) + "\"}}");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubFolder.open(folder))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000).endsWith("aaa..."));
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors"})
  void should_refuse_a_link_out_of_the_folder_but_not_into_the_files_of_the_cache(String name)
      throws IOException {
    copy("gpt2", config -> {}, tensors -> {});
    Path model = Files.createDirectories(folder.resolve("models--a--b/snapshots/1f"));
    Path blobs = Files.createDirectory(folder.resolve("models--a--b/blobs"));
    Path link = model.resolve(name);
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(folder.resolve(file), model.resolve(file));
    }
    Files.move(link, blobs.resolve("77"));

    Files.createSymbolicLink(link, Path.of("../../blobs/77"));
    HubFolder.open(model).close();
    Files.delete(link);
    Files.createSymbolicLink(link, folder.resolve(name));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubFolder.open(model).close())
        .withMessage(
            "%s must not be a link to a file outside of its folder: copy that file here", link);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "model.safetensors"})
  @EnabledOnOs(OS.LINUX)
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_refuse_a_pipe(String name) throws Exception {
    copy("gpt2", config -> {}, tensors -> {});
    Path pipe = folder.resolve(name);
    Files.delete(pipe);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    refused(pipe + " must be a file, which can be read twice, is a pipe or device");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void should_refuse_weights_that_are_not_finite_by_name(float value) throws IOException {
    String name = "transformer.h.1.mlp.c_fc.weight";
    copy(
        "gpt2",
        config -> {},
        tensors -> Objects.requireNonNull(tensors.get(name)).putScalar(3, 5, value));

    try (HubFolder hub = HubFolder.open(folder)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Published.load(hub, Published.DENSE, 1))
          .withMessage("%s: tensor %s must have finite weights, has %s", folder, name, value);
    }
  }

  @Test
  void should_refuse_a_tokenizer_that_does_not_fit() throws IOException {
    BpeTokenizer.train(
        new TextCorpus("few", List.of("a text of few words")),
        262,
        folder,
        SpecialTokens.ROBERTA,
        TextProgress.NONE);
    PublishedModel model = HubConfig.read(Published.folder("roberta"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.requireFit(folder, model))
        .withMessageContaining("must have at most the 29 tokens of the model, has 26");

    copy("roberta_other", config -> config.put("vocab_size", 500), tensors -> {});
    PublishedModel padded = HubConfig.read(folder);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.requireFit(folder, padded))
        .withMessageContaining("must have <pad> as token 0, the model's pad_token_id, has it as 1");

    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("vocab.txt"), "[PAD]\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.isIn(other))
        .withMessageContaining("byte-level BPE")
        .withMessageContaining("WordPiece without tokenizer.json is not read, has vocab.txt");
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, n_layer",
    "gpt2, n_embd",
    "gpt2, n_head",
    "gpt2, n_inner",
    "gpt2, n_positions",
    "gpt2, vocab_size",
    "roberta, num_hidden_layers",
    "roberta, hidden_size",
    "roberta, num_attention_heads",
    "roberta, intermediate_size",
    "roberta, max_position_embeddings",
    "roberta, vocab_size",
    "roberta, type_vocab_size",
    "roberta, pad_token_id"
  })
  void should_name_the_field_of_an_absurd_size(String name, String field) throws IOException {
    for (long size : new long[] {1 << 30, Integer.MAX_VALUE, 1L << 31, Long.MAX_VALUE}) {
      copy(name, config -> config.put(field, size), tensors -> {});
      refused("config.json: " + field + " must be a whole number of at least ");
    }
  }

  private void refused(String says) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HubFolder.open(folder).close())
        .withMessageContaining(says);
  }

  /** A changed copy of a checkpoint in one file. */
  private void copy(
      String name, Consumer<ObjectNode> config, Consumer<Map<String, INDArray>> tensors)
      throws IOException {
    Path from = Published.folder(name);
    ObjectNode changed = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
    config.accept(changed);
    Files.writeString(folder.resolve("config.json"), changed.toString());
    Path file = from.resolve("model.safetensors");
    if (!Files.exists(file)) {
      return;
    }
    Map<String, INDArray> read = new LinkedHashMap<>();
    try (SafeTensors saved = SafeTensors.open(file)) {
      for (String tensor : saved.names()) {
        read.put(tensor, saved.read(tensor));
      }
    }
    tensors.accept(read);
    SafeTensors.write(folder.resolve("model.safetensors"), read, Map.of());
  }
}
