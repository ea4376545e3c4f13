package io.evomoe.run.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.moe.GateProvider;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.step.StepContext;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainingState.CheckpointWriter;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.checkpoint.CheckpointStart;
import io.evomoe.training.internal.tensors.SafeTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Every gate, saved in each phase and resumed by another process's objects: the curve is that of
 * the run that was not stopped, to the bit. EvoMoE spawns before step 6 and is hard from step 15
 * on.
 */
@Tag("long")
class ResumedGatesTest {
  private static final int STEPS = 24;
  private static final int CHECKPOINT_EVERY = 3;

  /** Right before the spawn, in the soft phase, at its end, and in the hard phase. */
  private static final int[] RESUMED_AFTER = {6, 12, 15, 21};

  @TempDir static Path folder;
  private static BpeTokenizer tokenizer;
  private static TaskData<?, ?> data;

  @BeforeAll
  static void prepare_the_text() {
    String words = "On roads and rivers, message %d of the year %d.";
    List<String> documents =
        Stream.iterate(0, i -> i + 1).limit(300).map(i -> words.formatted(i, 1800 + i)).toList();
    TextSplit text = TextSplit.of(new TextCorpus("words", documents), 0.1);
    tokenizer = BpeTokenizer.train(text.train(), 300, folder.resolve("tokenizer"));
    data =
        TextData.of(
            new GptTask(),
            TokenStream.of(text, tokenizer, folder, TextProgress.NONE),
            List.of(),
            "",
            tokenizer);
  }

  static Stream<String> gates() {
    return GateProvider.installed().stream()
        .filter(provider -> provider.refusal(true).isEmpty())
        .map(GateProvider::name);
  }

  @ParameterizedTest
  @MethodSource("gates")
  void should_continue_to_the_bit_from_each_phase(String gate) {
    requireSameBits(gate, config(gate));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "dts"})
  void should_continue_with_the_experts_that_the_hard_phase_keeps(String gate) {
    String name = gate + "-two";
    List<StepRecord> rows =
        requireSameBits(name, ConfigFile.set(config(gate), "evolution.finalTopK", "2"));

    assertThat(rows.subList(15, STEPS)).allMatch(row -> row.activeExperts() == 2);
    Checkpoint last = Checkpoint.open(folder.resolve(name).resolve("step-%08d".formatted(STEPS)));
    assertThat(last.context().hardExperts()).isEqualTo(2);
  }

  /** Of the tokens' ids alone the end of text stands for none. */
  @ParameterizedTest
  @CsvSource({"evomoe, fixed", "evomoe, learned", "dts, annealed", "switch, learned"})
  void should_continue_with_the_prior_of_the_tokens(String gate, String prior) {
    String name = gate + "-" + prior;
    requireSameBits(
        name, ConfigFile.set(config(gate), "gateOptions.%s.prior".formatted(gate), prior));

    INDArray table = table(folder.resolve(name).resolve("step-%08d".formatted(STEPS)));
    for (int id = 0; id < table.size(0); id++) {
      boolean none = table.getRow(id).amaxNumber().doubleValue() == 0;
      assertThat(none).as("id %d", id).isEqualTo(id == tokenizer.endOfText());
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "switch"})
  void should_continue_with_first_layers_that_go_by_the_id(String gate) {
    RunConfig config = ConfigFile.set(config(gate), "model.moeEvery", "1");
    requireSameBits(
        gate + "-hash", ConfigFile.set(config, "gateOptions.%s.hashLayers".formatted(gate), "1"));
  }

  /** A tenth of the steps is its first stage: 3 of 24, and 11 of 110 or of 9 and 110. */
  @Tag("long")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void should_keep_a_router_frozen_in_a_run_that_is_made_longer(boolean anew) {
    Path checkpoints = folder.resolve("stablemoe-24" + anew);
    RunConfig config = config("stablemoe");
    train(
        TaskTraining.of(data, config, config.trainer(), null),
        new CheckpointFolder(checkpoints, STEPS, Map.of()),
        "stablemoe-24" + anew);
    Path saved = checkpoints.resolve("step-00000009");

    RunConfig longer = ConfigFile.set(config, "training.steps", "110");
    Path further = folder.resolve("stablemoe-110" + anew);
    Checkpoint from = Checkpoint.open(saved);
    List<StepRecord> rows =
        train(
            anew ? begun(longer, from) : TaskTraining.resumed(data, longer, longer.trainer(), from),
            new CheckpointFolder(further, 1, Map.of()),
            "stablemoe-110" + anew);

    assertThat(rows).as("losses of the first stage").allMatch(row -> row.auxLoss() == 0);
    assertThat(array(further.resolve("step-00000110"), "distilled.embedding.weight"))
        .isEqualTo(array(saved, "distilled.embedding.weight"));
    assertThat(array(further.resolve("step-00000110"), "gate.centroids"))
        .isNotEqualTo(array(saved, "gate.centroids"));
  }

  /** A new run with the weights of a saved one. */
  private static TaskTraining<?, ?> begun(RunConfig config, Checkpoint saved) {
    long earlier = saved.context().step();
    StepContext first = config.schedule().after(earlier).context(0, false, config.seed());
    CheckpointStart start = new CheckpointStart(saved, true, false, false, first);
    return TaskTraining.from(
        data, config, config.trainer(), start, earlier, earlier, () -> Lineage.NONE);
  }

  private static INDArray table(Path checkpoint) {
    return array(checkpoint, "gate.prior");
  }

  private static INDArray array(Path checkpoint, String end) {
    try (SafeTensors tensors = SafeTensors.open(checkpoint.resolve("model.safetensors"))) {
      String name = tensors.names().stream().filter(n -> n.endsWith(end)).findFirst().orElseThrow();
      return tensors.read(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"evomoe", "topk"})
  void should_continue_a_llama_to_the_bit(String gate) {
    RunConfig config = config(gate, Architecture.LLAMA);
    for (String[] field :
        new String[][] {
          {"model.numKeyValueHeads", "1"},
          {"model.sharedExperts", "1"},
          {"model.sharedGate", "true"},
          {"model.moeIntermediateSize", "24"},
          {"architecture.queryKeyNorm", "HEAD"},
          {"architecture.tiedHead", "false"},
        }) {
      config = ConfigFile.set(config, field[0], field[1]);
    }
    requireSameBits(gate + "-llama", config);
  }

  /** The rows of the run that was not stopped. */
  private static List<StepRecord> requireSameBits(String name, RunConfig config) {
    Path checkpoints = folder.resolve(name);
    List<StepRecord> expected =
        train(
            TaskTraining.of(data, config, config.trainer(), null),
            new CheckpointFolder(checkpoints, STEPS, Map.of()),
            name + "-whole");

    for (int step : RESUMED_AFTER) {
      Checkpoint saved = Checkpoint.open(checkpoints.resolve("step-%08d".formatted(step)));
      TaskTraining<?, ?> resumed = TaskTraining.resumed(data, config, config.trainer(), saved);
      assertThat(losses(train(resumed, state -> folder, name + "-" + step)))
          .as("resumed after step %d", step)
          .isEqualTo(losses(expected.subList(step, STEPS)));
    }
    return expected;
  }

  private static RunConfig config(String gate) {
    return config(gate, Architecture.GPT);
  }

  private static RunConfig config(String gate, Architecture architecture) {
    RunConfig config = Tasks.preset("gpt", "quick").config("gpt", gate, 3, architecture);
    for (String[] field :
        new String[][] {
          {"model.vocabulary", "300"},
          {"model.sequence", "16"},
          {"model.hiddenSize", "16"},
          {"model.intermediateSize", "32"},
          {"model.dropout", "0.1"},
          {"training.steps", "" + STEPS},
          {"training.batch", "4"},
          {"training.microBatches", "2"},
          {"training.evalEvery", "5"},
          {"training.evalBatches", "2"},
          {"training.checkpointEvery", "" + CHECKPOINT_EVERY},
          {"evolution.diversifySteps", "6"},
          {"evolution.hardFrom", "9"},
        }) {
      config = ConfigFile.set(config, field[0], field[1]);
    }
    return Tasks.checked(config);
  }

  private static List<StepRecord> train(
      TaskTraining<?, ?> run, CheckpointWriter checkpoints, String name) {
    Path logs = OutputFolder.prepare(folder.resolve(name + "-log"));
    return run.train(logs, () -> checkpoints, List.of()).recorded().steps();
  }

  private static List<String> losses(List<StepRecord> rows) {
    return rows.stream()
        .map(
            row ->
                "%d %s %s %s %s %s"
                    .formatted(
                        row.step(),
                        row.trainLoss(),
                        row.validLoss(),
                        row.auxLoss(),
                        row.activeExperts(),
                        row.trainFlops()))
        .toList();
  }
}
