package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.tokenizer.PreTokenizer;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** import, export, logits and train --init, as a user calls them. */
class HubCommandsTest {
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IDS = "5,80,81,2";

  private static final String LEARNS_NOTHING = "training.learningRate=1e-30";

  @TempDir Path folder;
  private Path text;

  @BeforeEach
  void write_a_text() throws IOException {
    text = TinyRuns.text(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta"})
  void an_exported_model_should_be_the_same_when_it_is_imported(String task) throws IOException {
    Path run = dense(task);
    Path published = export(run, "published");
    Path imported = imported(published);

    assertThat(logits(imported)).isEqualTo(logits(run)).hasSizeGreaterThan(256);
    Path again = export(imported, "again");
    assertThat(contents(again)).isNotEmpty().isEqualTo(contents(published));
    for (String name : List.of("config.json", "tokenizer.json", "vocab.json", "merges.txt")) {
      assertThat(again.resolve(name)).hasSameTextualContentAs(published.resolve(name));
    }
    Path whole = folder.resolve("whole");
    Object[] words = {
      "export", "--checkpoint", imported, "--max-shard-mb", Long.MAX_VALUE, "--out", whole
    };
    CommandRun export = CommandRun.of(words);
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(contents(whole)).isEqualTo(contents(published));
    CommandRun eval = CommandRun.of("eval", "--checkpoint", imported, "--data", text);
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(eval.out()).contains("dense after step 0", "perplexity");
  }

  /**
   * RoBERTa's positions begin with rows that stand for none, which a model made here does not have.
   */
  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta"})
  void a_mixture_in_our_own_form_should_be_the_same_when_it_is_imported(String task)
      throws IOException {
    Path run = folder.resolve("mixture");
    assertThat(new TinyRuns(task, text).train(run, "switch", "2").code()).isZero();

    assertThat(logits(imported(export(run, "published")))).isEqualTo(logits(run));
  }

  @Test
  void every_field_that_names_the_type_should_name_the_one_that_is_written() throws IOException {
    Path published = export(dense("gpt"), "published");
    Path config = published.resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replaceFirst("\\{", "{\"dtype\": \"float16\","));
    Path out = folder.resolve("half");
    CommandRun export =
        CommandRun.of("export", "--checkpoint", imported(published), "--dtype=bf16", "--out", out);

    assertThat(export.code()).as(export.err()).isZero();
    assertThat(Files.readString(out.resolve("config.json")))
        .contains("\"dtype\" : \"bfloat16\"", "\"torch_dtype\" : \"bfloat16\"");
  }

  /** What transformers would take for a tokenizer of Llama's puts a token before each text. */
  @Test
  void a_tokenizer_that_was_trained_here_should_be_published_with_its_class() throws IOException {
    String config = Files.readString(export(dense("gpt"), "published").resolve(TOKENIZER_CONFIG));

    assertThat(config).contains("PreTrainedTokenizerFast", "\"eos_token\" : \"<|endoftext|>\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt", "roberta", "mt"})
  @Tag("long")
  void experts_that_are_copies_should_start_as_the_dense_model(String task) throws IOException {
    Path run = dense(task);
    Path start = task.equals("mt") ? run : imported(export(run, "published"));
    Path out = folder.resolve("upcycled");

    CommandRun train =
        upcycle(start, out, "--experts", "8", "--spawn", "mask:0", "--set", LEARNS_NOTHING);

    assertThat(train.code()).as(train.err()).isZero();
    assertThat(Files.readString(out.resolve("config.yaml")))
        .contains("experts: 8", "diversifySteps: 0", "task: \"" + task + "\"");
    double[] dense = logits(run);
    double[] mixture = logits(out);
    for (int i = 0; i < dense.length; i++) {
      assertThat(Math.abs(mixture[i] - dense[i])).isLessThan(1e-5);
    }
    assertThat(tokenizer(out)).isEqualTo(tokenizer(run));

    Path exported = export(out, "mixture");
    assertThat(contents(exported).keySet())
        .anyMatch(name -> name.contains("feedForward.experts.7.expand.weight"))
        .anyMatch(name -> name.contains("feedForward.gate.weight"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "dense", "switch"})
  @Tag("long")
  void training_should_go_on_from_a_dense_model(String gate) throws IOException {
    Path imported = imported(export(dense("gpt"), "published"));
    Path out = folder.resolve("out");

    CommandRun train =
        upcycle(imported, out, "--gate", gate, "--steps", "6", "--set", "model.sequence=8");

    assertThat(train.code()).as(train.err()).isZero();
    CommandRun resumed = CommandRun.of("train", "--resume", out.toString());
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(CommandRun.of("generate", "--checkpoint", out, "--tokens", "3").code()).isZero();
  }

  @Test
  void training_from_a_run_should_go_on_with_its_data_and_ask_for_that_of_an_imported_model()
      throws IOException {
    Path run = dense("gpt");
    Path out = folder.resolve("out");
    List<Object> train = List.of("train", "--preset", "quick", "--steps", "1", "--out", out);

    CommandRun trained = CommandRun.of(more(train, "--init", run, "--set", "training.batch=4"));
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains(text.toString());

    Path imported = imported(export(run, "published"));
    refused("has no data in files; name it (--data)", more(train, "--init", imported));
  }

  private static Object[] more(List<Object> words, Object... others) {
    return Stream.concat(words.stream(), Stream.of(others)).toArray();
  }

  @Test
  void a_model_without_a_tokenizer_should_give_logits_and_ask_for_one_elsewhere()
      throws IOException {
    Path run = dense("gpt");
    Path published = export(run, "published");
    for (String name : List.of("tokenizer.json", "vocab.json", "merges.txt")) {
      Files.delete(published.resolve(name));
    }
    Path imported = imported(published);

    assertThat(logits(imported)).isEqualTo(logits(run));
    for (CommandRun refused :
        List.of(
            CommandRun.of("generate", "--checkpoint", imported),
            upcycle(imported, folder.resolve("out")))) {
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains("must have a tokenizer");
    }
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void a_model_should_keep_a_tokenizer_that_splits_words_as_Llama_3_does() throws IOException {
    Path published = export(dense("gpt"), "published");
    Path file = published.resolve("tokenizer.json");
    ObjectNode tokenizer = (ObjectNode) JSON.readTree(file.toFile());
    ObjectNode words = tokenizer.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode parts = words.putArray("pretokenizers");
    ObjectNode split = parts.addObject().put("type", "Split").put("behavior", "Isolated");
    split.put("invert", false);
    split.putObject("pattern").put("Regex", PreTokenizer.LLAMA3.word().pattern());
    ObjectNode bytes = parts.addObject().put("type", "ByteLevel").put("add_prefix_space", false);
    bytes.put("trim_offsets", true).put("use_regex", false);
    String llama = tokenizer.toString().replace("<|endoftext|>", "<|end_of_text|>");
    Files.writeString(file, llama);
    String config = "{\"eos_token\":\"<|end_of_text|>\"}";
    Files.writeString(published.resolve("tokenizer_config.json"), config);

    Path imported = imported(published);

    assertThat(tokenizer(imported)).isEqualTo(llama);
    CommandRun eval = CommandRun.of("eval", "--checkpoint", imported, "--data", text);
    assertThat(eval.code()).as(eval.err()).isZero();
    assertThat(CommandRun.of("generate", "--checkpoint", imported, "--tokens", "3").code())
        .isZero();
    Path again = export(imported, "again");
    assertThat(again.resolve("tokenizer.json")).hasContent(llama);
    assertThat(again.resolve("tokenizer_config.json")).hasContent(config);

    Files.writeString(file, llama.replace("{1,3}", "{1,4}"));
    CommandRun refused =
        CommandRun.of("import", "--from", published, "--out", folder.resolve("refused"));
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("the regular expression of pre_tokenizer must be one of");
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  @Test
  void a_router_that_was_frozen_should_stay_so() throws IOException {
    Path run = folder.resolve("run");
    new TinyRuns("gpt", text).train(run, "stablemoe", "20").succeeded();

    assertThat(frozen(imported(export(run, "published")))).isNotEmpty().isEqualTo(frozen(run));
  }

  private static List<String> frozen(Path run) {
    Path checkpoints = run.resolve("checkpoints");
    return Checkpoint.open(CheckpointFolder.latest(checkpoints).orElseThrow()).frozen();
  }

  @Test
  void logits_should_name_the_likeliest_tokens_and_refuse_what_is_none() throws IOException {
    Path run = dense("gpt");
    CommandRun table = CommandRun.of("logits", "--checkpoint", run, "--ids", IDS);
    assertThat(table.out().lines()).hasSize(11).first().asString().contains("probability");

    refused("id must be in 0..", "logits --checkpoint", run, "--ids 1,100000");
    refused("id must be in 0..", "logits --checkpoint", run, "--ids=-1");
    refused("--ids", "logits --checkpoint", run, "--ids one");
    refused("of task mt", "logits --checkpoint", run, "--ids 1 --target-ids 2");
    refused("at most 16 tokens", "logits --checkpoint", run, "--ids 1" + ",1".repeat(16));
  }

  @Test
  void what_does_not_fit_should_be_refused_in_one_line() throws IOException {
    Path run = dense("gpt");
    Path published = export(run, "published");
    Path out = folder.resolve("out");
    refused("must be a folder", "import --from", folder.resolve("none"), "--out", out);
    refused("must be new or empty", "import --from", published, "--out", run);
    refused("must be new or empty, holds ", "export --checkpoint", run, "--out", published);
    refused(
        "format must be hf, gguf or peft", "export --checkpoint", run, "--format onnx --out", out);
    refused("dtype of format hf must be", "export --checkpoint", run, "--dtype f8 --out", out);
    refused("max-shard-mb", "export --checkpoint", run, "--max-shard-mb 0 --out", out);
    refused("plain feed-forward experts", "train --init", run, "--gate base --out", out);
    refused("spawning needs", "train --init", run, "--gate switch --spawn copy --out", out);
    refused("--task must be", "train --init", run, "--task mt --out", out);
    refused("--init cannot be given with --resume", "train --init", run, "--resume", run);
    refused("mask ratio", "train --init", run, "--spawn mask:2 --out", out);
    refused("experts must be", "train --init", run, "--experts 0 --out", out);
    refused(
        "model.sequence must be at most",
        "train --init",
        run,
        "--set model.sequence=17 --out",
        out);
    refused(
        "tokenTypes must be 0 for task gpt",
        "train --init",
        run,
        "--set architecture.tokenTypes=1 --out",
        out);
    refused(
        "lacks [blocks.2",
        "train --init",
        run,
        "--set model.numHiddenLayers=3 --data",
        text,
        "--out",
        out);
    Path mixture = folder.resolve("mixture");
    assertThat(upcycle(run, mixture).code()).isZero();
    refused("must be of a network without experts", "train --init", mixture, "--out", out);
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"tokenizer.json, tokenizer", "model.safetensors, model.safetensors"})
  void a_damaged_file_should_be_refused_and_leave_nothing(String name, String says)
      throws IOException {
    Path published = export(dense("gpt"), "published");
    byte[] bytes = Files.readAllBytes(published.resolve(name));
    Files.write(published.resolve(name), Arrays.copyOf(bytes, bytes.length / 2));
    Path out = folder.resolve("out");
    refused(says, "import --from", published, "--out", out);
    assertThat(out).doesNotExist();
  }

  private Path dense(String task) throws IOException {
    Path out = folder.resolve("dense");
    Path data = task.equals("mt") ? pairs() : text;
    CommandRun train = new TinyRuns(task, data).train(out, "dense", "5");
    assertThat(train.code()).as(train.err()).isZero();
    return out;
  }

  private Path pairs() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      lines.add("We the people of %d\tWir das Volk von %d".formatted(i, i));
    }
    return Files.write(folder.resolve("pairs.tsv"), lines);
  }

  private Path export(Path run, String name) {
    Path out = folder.resolve(name);
    CommandRun export =
        CommandRun.of("export", "--checkpoint", run, "--format", "hf", "--out", out);
    assertThat(export.code()).as(export.err()).isZero();
    return out;
  }

  private Path imported(Path published) {
    Path out = folder.resolve("imported");
    CommandRun run = CommandRun.of("import", "--from", published, "--out", out);
    assertThat(run.code()).as(run.err()).isZero();
    return out;
  }

  private CommandRun upcycle(Path dense, Path out, String... more) {
    List<Object> words =
        new ArrayList<>(List.of("train", "--init", dense, "--preset", "quick", "--out", out));
    Path pairs = folder.resolve("pairs.tsv");
    words.addAll(List.of("--data", Files.exists(pairs) ? pairs : text));
    if (!List.of(more).contains("--steps")) {
      words.addAll(List.of("--steps", "1"));
    }
    words.addAll(List.of("--set", "training.batch=4", "--set", "training.metricSentences=2"));
    words.addAll(Arrays.asList(more));
    return CommandRun.of(words.toArray());
  }

  private static double[] logits(Path run) {
    CommandRun logits = CommandRun.of("logits", "--checkpoint", run, "--ids", IDS, "--json");
    assertThat(logits.code()).as(logits.err()).isZero();
    String line = logits.out().strip();
    assertThat(line).startsWith("[").endsWith("]");
    return Arrays.stream(line.substring(1, line.length() - 1).split(",", -1))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }

  /** Words apart by spaces, and paths. */
  private static void refused(String says, Object... words) {
    CommandRun.of(
            Stream.of(words)
                .flatMap(
                    word ->
                        word instanceof String s
                            ? Arrays.<Object>stream(s.split(" ", -1))
                            : Stream.of(word))
                .toArray())
        .refused(says);
  }

  private static String tokenizer(Path run) throws IOException {
    return Files.readString(run.resolve("tokenizer/tokenizer.json"));
  }

  private static Map<String, List<Double>> contents(Path published) throws IOException {
    Map<String, List<Double>> contents = new TreeMap<>();
    try (SafeTensors tensors = SafeTensors.open(published.resolve("model.safetensors"))) {
      for (String name : tensors.names()) {
        double[] values = tensors.read(name).ravel().toDoubleVector();
        contents.put(name, Arrays.stream(values).boxed().toList());
      }
    }
    return contents;
  }
}
