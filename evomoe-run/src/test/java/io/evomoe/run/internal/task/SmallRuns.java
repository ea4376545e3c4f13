package io.evomoe.run.internal.task;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig;
import io.evomoe.run.config.Preset;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Callback;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TrainingConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs of a second: 200 steps of models of width 32 with 4 experts, each trained once. */
final class SmallRuns {
  static final int STEPS = 200;
  static final int EVALUATE_EVERY = 100;
  static final int EXPERTS = 4;
  static final long SEED = 7;

  /**
   * With so few tokens, the drops of second choices depend on how a processor rounds: gates with
   * them read twice as many.
   */
  private static final int BATCH = 8;

  private static final int VOCABULARY = 300;
  private static final int SENTENCE = 48;

  /** The curves were recorded with it. */
  private static final HeldOut HELD_OUT = HeldOut.DEFAULT.withShares(0.1, 0);

  private static final Path TEXT = Path.of("../data/sotu/sotu.test.txt.gz");
  private static final Path PAIRS = Path.of("../data/lohelp/lohelp.en-de.test.tsv.gz");

  private final Path folder;
  private final Map<String, TaskData<?, ?>> data;
  private final Map<RunConfig, RecordedRun> trained = new HashMap<>();
  private int files;

  SmallRuns(Path folder) {
    this.folder = folder;
    TextSplit text = TextSplit.open(List.of(TEXT), HELD_OUT, DataForm.PARAGRAPHS, note -> {});
    BpeTokenizer tokenizer =
        BpeTokenizer.train(text.train(), VOCABULARY, folder.resolve("tokenizer"));
    BpeTokenizer maskedTokenizer =
        BpeTokenizer.train(
            text.train(),
            VOCABULARY,
            folder.resolve("masked"),
            SpecialTokens.ROBERTA,
            TextProgress.NONE);
    Split<RowCorpus> pairs = RowCorpus.read(RecordKind.PAIR, PAIRS).divide(HELD_OUT);
    BpeTokenizer pairTokenizer =
        BpeTokenizer.train(
            pairs.train().texts(),
            VOCABULARY,
            folder.resolve("pairs"),
            SpecialTokens.ROBERTA,
            TextProgress.NONE);
    data =
        Map.of(
            Tasks.GPT,
            TextData.of(
                new GptTask(),
                TokenStream.of(text, tokenizer, folder, TextProgress.NONE),
                List.of(),
                "",
                tokenizer),
            Tasks.ROBERTA,
            TextData.of(
                new RobertaTask(),
                TokenStream.of(text, maskedTokenizer, folder, TextProgress.NONE),
                List.of(),
                "",
                maskedTokenizer),
            Tasks.TRANSLATION,
            new TranslationData(
                new TranslationTask(),
                pairs,
                List.of(),
                pairTokenizer,
                SENTENCE,
                TextProgress.NONE));
  }

  /** A run of a gate as it is by default. */
  static RunConfig config(String task, String gate, long seed) {
    boolean pairs = task.equals(Tasks.TRANSLATION);
    ModelConfig size =
        Tasks.preset(task, "quick")
            .model()
            .with(
                m ->
                    m.numHiddenLayers(2)
                        .hiddenSize(32)
                        .intermediateSize(64)
                        .numAttentionHeads(2)
                        .experts(EXPERTS)
                        .moeEvery(2))
            .with(m -> m.vocabulary(VOCABULARY).sequence(pairs ? SENTENCE : 32).dropout(0));
    TrainingConfig training =
        Tasks.preset(task, "small")
            .training()
            .with(
                t ->
                    t.steps(STEPS)
                        .batch(gate.startsWith("top") ? 2 * BATCH : BATCH)
                        .learningRate(3e-3)
                        .checkpointEvery(0));
    RunConfig config =
        new Preset(
                "tests",
                size,
                training.with(t -> t.evalEvery(EVALUATE_EVERY).evalBatches(8)),
                Map.of())
            .config(task, gate, seed);
    return ConfigFile.set(config, "training.metricSentences", "1");
  }

  /** The curves of a run, trained at the first call. */
  RecordedRun run(RunConfig config) {
    return trained.computeIfAbsent(config, this::train);
  }

  /** The held-out loss that a run ends with. */
  double loss(RunConfig config) {
    List<StepRecord> rows = run(config).steps();
    return rows.get(rows.size() - 1).validLoss();
  }

  /** The first steps of a run, which is stopped after them. */
  List<StepRecord> start(RunConfig config, int steps) {
    return train(config, steps).steps();
  }

  private RecordedRun train(RunConfig config) {
    return train(config, STEPS);
  }

  private RecordedRun train(RunConfig config, int until) {
    return train(
        TaskTraining.of(
            Objects.requireNonNull(data.get(config.task())), config, config.trainer(), null),
        until);
  }

  private RecordedRun train(TaskTraining<?, ?> run, int until) {
    Callback stop =
        (step, training) -> {
          if (step.step() == until) {
            training.requestStop();
          }
        };
    Path logs = OutputFolder.prepare(folder.resolve("run-%d".formatted(files++)));
    return run.train(logs, () -> state -> folder, List.of(stop)).recorded();
  }
}
