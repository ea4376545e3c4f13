package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.transformer.Search;
import io.evomoe.run.Run;
import io.evomoe.run.result.Measurement.EvalRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run of architecture llama on its way out and back, as a user calls it. */
class LlamaCommandsTest {
  /** Batches of an imported run are larger, so that fewer of them would be other texts. */
  private static final int EVERY_BATCH = 1_000_000;

  @TempDir Path folder;
  private Path text;

  @BeforeEach
  void write_a_text() throws IOException {
    text = TinyRuns.text(folder);
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({
    "evomoe,'gateOptions.evomoe.prior=none evolution.hardFrom=3 evolution.finalTopK=1',mixtral",
    "evomoe,'gateOptions.evomoe.prior=none evolution.hardFrom=3 evolution.finalTopK=2',mixtral",
    "evomoe,'',--as evomoe",
    "topk,'model.numKeyValueHeads=1',mixtral",
    "topk,'gateOptions.topk.prior=annealed',mixtral",
    "evomoe,'evolution.hardFrom=3 gateOptions.evomoe.prior=annealed',mixtral",
    "evomoe,'gateOptions.evomoe.prior=learned',--as evomoe",
    "topk,'architecture.queryKeyNorm=HEAD model.sharedExperts=0',qwen3_moe",
    "topk,'architecture.queryKeyNorm=WHOLE',olmoe",
    "switch,'architecture.queryKeyNorm=HEAD',qwen3_moe",
    "hash,'model.sharedExperts=1 model.sharedGate=true',evomoe",
    "dense,'architecture.tiedHead=false',llama"
  })
  void an_exported_run_should_have_the_same_held_out_loss_when_it_is_imported(
      String gate, String fields, String family) throws IOException {
    Path run = train(gate, fields);
    Path published = folder.resolve("published");
    List<Object> words =
        new ArrayList<>(List.of("export", "--checkpoint", run, "--out", published));
    if (family.startsWith("--as")) {
      words.addAll(List.of(family.split(" ", -1)));
    }
    succeed(words.toArray());
    assertThat(Files.readString(published.resolve("config.json")))
        .containsPattern("\"model_type\" ?: ?\"" + family.replace("--as ", "") + "\"");

    Path imported = folder.resolve("imported");
    succeed("import", "--from", published, "--out", imported);

    assertThat(Math.abs(loss(imported) - loss(run))).isLessThan(1e-6);
  }

  @Test
  void a_run_that_no_family_holds_should_say_why_and_write_nothing() {
    Path run = train("hash", "");
    Path out = folder.resolve("out");

    CommandRun refused =
        CommandRun.of("export", "--checkpoint", run, "--as", "mixtral", "--out", out);

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err().strip())
        .startsWith("evomoe: mixtral has a softmax router of a fixed k, but gate hash ")
        .endsWith("no family holds this run: train with --for hf, or use convert --merge all")
        .hasLineCount(1);
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "evomoe, 'gateOptions.evomoe.prior=learned', 1 expert a token: loss",
    "topk, 'gateOptions.topk.prior=fixed', was 64",
  })
  void a_mixture_should_leave_with_its_prior_in_the_embedding(
      String gate, String fields, String said) {
    Path run = train(gate, fields);
    Path published = folder.resolve("published");

    CommandRun exported = CommandRun.of("export", "--checkpoint", run, "--out", published);

    assertThat(exported.out())
        .contains("The token prior is in the embedding now: hidden size ")
        .contains(said);
    Path imported = folder.resolve("imported");
    succeed("import", "--from", published, "--out", imported);
    assertThat(Math.abs(loss(imported) - loss(run))).isLessThan(0.2); // after 8 steps
  }

  @Test
  void a_run_should_be_exported_before_its_spawn_and_with_its_data_elsewhere() throws IOException {
    Path early = train("evomoe", "evolution.diversifySteps=8");
    Path moved = Files.move(text, folder.resolve("moved.txt"));
    succeed("export", "--checkpoint", early, "--out", folder.resolve("early"));

    Path run = folder.resolve("late");
    succeed(
        "train",
        "--from",
        early,
        "--data",
        moved,
        "--steps",
        "2",
        "--set",
        "evolution.diversifySteps=0",
        "--out",
        run);
    Path again = Files.move(moved, folder.resolve("again.txt"));
    succeed("export", "--checkpoint", run, "--data", again, "--out", folder.resolve("late-model"));
  }

  @Test
  void a_mixture_may_have_its_experts_in_other_blocks_than_the_dense_run_had_places_in() {
    Path dense = train("dense", "model.numHiddenLayers=4 model.moeEvery=2");
    Path out = folder.resolve("mixture");

    succeed(
        "train",
        "--init",
        dense,
        "--preset",
        "quick",
        "--spawn",
        "copy",
        "--steps",
        "1",
        "--set",
        "model.moeEvery=4",
        "--set",
        "training.learningRate=1e-30",
        "--out",
        out);

    assertThat(Math.abs(loss(out) - loss(dense))).isLessThan(1e-5);
  }

  @Test
  void an_imported_mixture_without_tokenizer_and_data_should_be_converted() throws IOException {
    Path published = folder.resolve("published");
    succeed("export", "--checkpoint", train("topk", ""), "--format", "hf", "--out", published);
    for (String file : List.of("tokenizer.json", "vocab.json", "merges.txt")) {
      Files.deleteIfExists(published.resolve(file));
    }
    Path imported = folder.resolve("imported");
    Path two = folder.resolve("two");
    succeed("import", "--from", published, "--out", imported);

    succeed("convert", "--checkpoint", imported, "--select", "3,1", "--out", two);

    succeed("logits", "--checkpoint", two, "--ids", "1,2");
    CommandRun.of("train", "--resume", two, "--steps", "9").refused("(--data)");
  }

  private Path train(String gate, String fields) {
    Path out = folder.resolve("run");
    List<Object> words =
        new ArrayList<>(
            List.of("train", "--preset", "quick", "--gate", gate, "--data", text, "--out", out));
    words.addAll(List.of("--steps", "8", "--set", "model.architecture=llama"));
    words.addAll(List.of("--set", "training.batch=4", "--set", "model.sequence=16"));
    for (String field : fields.isEmpty() ? List.<String>of() : List.of(fields.split(" ", -1))) {
      words.addAll(List.of("--set", field));
    }
    succeed(words.toArray());
    return out;
  }

  private double loss(Path folder) {
    EvalRequest request =
        new EvalRequest(text, "valid", EVERY_BATCH, 1, 0, Search.greedy(), null, null);
    try (Run<?> run = Run.open(folder)) {
      return run.evaluate(request).loss();
    }
  }

  private static CommandRun succeed(Object... words) {
    return CommandRun.of(words).succeeded();
  }
}
