package io.evomoe.run;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.internal.files.NewOutput;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gguf.GgufExport;
import io.evomoe.models.gguf.GgufType;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.transformer.Search;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.folder.ProgramTokenizer;
import io.evomoe.run.internal.folder.RunFolder;
import io.evomoe.run.internal.task.Conversion;
import io.evomoe.run.internal.task.EmbeddedPrior;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.result.ChoiceScores;
import io.evomoe.run.result.ChoiceScores.Question;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.result.ExportRequest.Exported;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import io.evomoe.training.checkpoint.ExpertConversion.ExpertGroups;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The uses of a saved {@link Run}: to generate, measure, export and convert. */
abstract class RunUse {
  private static final String GGUF = ".gguf";

  /** Calls this with the best checkpoint, which stays open meanwhile. */
  abstract <T> T use(Function<RunCheckpoint, T> use);

  /** Returns the run's folder. */
  public abstract Path folder();

  /** Returns the full configuration. */
  public abstract RunConfig config();

  /** Returns the loaded model of the best checkpoint. */
  public abstract TrainedModel<?> trained();

  /** Returns the tokenizer. */
  public Tokenizer tokenizer() {
    return use(RunCheckpoint::tokenizer);
  }

  /**
   * Returns the predictor of the best checkpoint. It is closed when the run is trained or closed,
   * after its calls in progress.
   *
   * @throws IllegalStateException if no step was taken
   */
  public abstract Predictor predictor();

  /**
   * Continues a text with default settings and returns the text with its continuation.
   *
   * @param text to continue; may be empty
   * @param tokens maximum number of new tokens
   * @throws IllegalArgumentException if the run is of another task
   */
  public String generate(String text, int tokens) {
    return generate(text, GenerationConfig.defaults().with(g -> g.maxNewTokens(tokens)));
  }

  /** Continues a text with the given settings and returns the text with its continuation. */
  public String generate(String text, GenerationConfig settings) {
    return use(run -> text + predictor().generate(text, settings).text());
  }

  /** Translates a sentence by greedy search. */
  public String translate(String sentence) {
    return translate(List.of(sentence), Search.greedy()).get(0);
  }

  /**
   * Translates sentences; the result has the same order.
   *
   * @throws IllegalArgumentException if the run is of another task
   */
  public List<String> translate(List<String> sentences, Search search) {
    return use(run -> predictor().translate(sentences, search));
  }

  /** Measures loss and metrics on the run's validation set. */
  public Measurement evaluate() {
    return evaluate(EvalRequest.HELD_OUT);
  }

  /** Measures loss and metrics on other data, or on another part. */
  public Measurement evaluate(EvalRequest request) {
    return evaluate(request, note -> {});
  }

  /**
   * Measures loss and metrics on other data, or on another part.
   *
   * @param said receives the detected format of data other than the run's
   */
  public Measurement evaluate(EvalRequest request, Consumer<String> said) {
    return use(run -> run.evaluate(request, said));
  }

  /**
   * Measures the answers to questions with several choices.
   *
   * @param questions as {@link ChoiceScores#read} gives them
   * @param expertsPerToken experts per token; null for the gate's own routing
   * @throws IllegalArgumentException if the model is no causal language model, or a choice is
   *     longer than its positions
   */
  public ChoiceScores choices(List<Question> questions, @Nullable Integer expertsPerToken) {
    return use(
        run -> {
          if (!(trained().model() instanceof CausalLanguageModel)) {
            throw new IllegalArgumentException(
                "choices need a run of task gpt, was " + config().task());
          }
          TrainedModel<CausalLanguageModel> model = trained().as(CausalLanguageModel.class);
          StepContext context =
              expertsPerToken == null
                  ? model.context()
                  : model.withExpertsPerToken(expertsPerToken).context();
          return ChoiceScores.of(model.model(), context, run.tokenizer(), questions);
        });
  }

  /**
   * Returns the logits after the last token, one per token id: of the next token (gpt), or of the
   * token itself (roberta).
   *
   * @param ids input tokens, at least one
   * @throws IllegalArgumentException if the model has no logits of tokens
   */
  public double[] logits(int... ids) {
    return logits(ids, new int[0]);
  }

  /**
   * Returns the logits of a translation's next token, one per token id.
   *
   * @param ids tokens of the source, at least one
   * @param written tokens of the translation so far; empty for its first token
   */
  public double[] logits(int[] ids, int[] written) {
    Objects.requireNonNull(written, "written");
    return use(run -> logits(run.task(), run, ids, written)).get(0);
  }

  /**
   * Returns the logits after each token; they equal those of {@link #logits} for its prefixes.
   *
   * @param ids input tokens, at least one
   * @throws IllegalArgumentException if the model is not causal
   */
  public List<double[]> eachLogits(int... ids) {
    return use(run -> logits(run.task(), run, ids, null));
  }

  /** Returns the logits of the next token, or without a translation those after each token. */
  private <B, M extends Model<B>> List<double[]> logits(
      Task<B, M> task, RunCheckpoint run, int[] ids, int @Nullable [] written) {
    TrainedModel<M> model = task.typed(trained(), run.config().model().architecture());
    try (MemoryWorkspace ignored = Workspaces.open("EVOMOE_LOGITS")) {
      INDArray logits =
          written == null
              ? task.eachLogits(model, run, ids)
              : task.lastLogits(model, run, ids, written);
      return List.of(logits.toDoubleMatrix());
    }
  }

  /**
   * Writes the model and its tokenizer as a folder of Hugging Face.
   *
   * <pre>{@code
   * run.export(ExportRequest.DEFAULT.withFamily("mixtral"), Path.of("models/mine"));
   * }</pre>
   *
   * @param out new or empty folder
   * @throws IllegalArgumentException if the model does not fit the requested family, or {@code out}
   *     is not empty; nothing is written
   */
  public Exported export(ExportRequest request, Path out) {
    return use(
        run -> {
          try (NewOutput made = NewOutput.folder(out)) {
            HubExport export = run.export(trained(), request);
            export.write(made.path(), Optional.ofNullable(request.type()), request.maxShardBytes());
            TokenizerFiles.publish(run.folder().tokenizerPath(), made.path());
            made.publish();
            return new Exported(export.size(), export.isInOwnForm(), List.of());
          }
        });
  }

  /**
   * Writes the adapters of a run with {@code lora.rank} as a folder of the library peft. They
   * belong to the export of the run that this one started from.
   *
   * @param out new or empty folder
   * @throws IllegalArgumentException if the run has no adapters, trained other weights as well, or
   *     fits no published family; nothing is written
   */
  public Exported exportAdapters(ExportRequest request, Path out) {
    return use(
        run -> {
          try (NewOutput made = NewOutput.folder(out)) {
            int tensors = run.exportAdapters(request, made.path());
            made.publish();
            return new Exported(tensors, false, List.of());
          }
        });
  }

  /**
   * Writes the model and its tokenizer as one GGUF file, for llama.cpp and programs built on it.
   *
   * @param request family and experts per token; the type of its weights is {@code type}
   * @param out new file whose name ends in {@code .gguf}
   * @throws IllegalArgumentException if llama.cpp has no such model, or the run has no tokenizer;
   *     nothing is written
   */
  public Exported exportGguf(ExportRequest request, GgufType type, Path out) {
    String name = String.valueOf(out.toAbsolutePath().normalize().getFileName());
    if (!name.endsWith(GGUF)) {
      throw new IllegalArgumentException("out must end in .gguf, was " + out);
    }
    return use(
        run -> {
          try (NewOutput made = NewOutput.file(out)) {
            ProgramTokenizer.requireFiles(run.folder());
            HubExport published = run.export(trained(), request);
            GgufExport export = new GgufExport(published, run.folder().tokenizerPath());
            String model = name.substring(0, name.length() - GGUF.length());
            int tensors = export.write(made.path(), model, type);
            made.publish();
            return new Exported(tensors, false, export.differences());
          }
        });
  }

  /** Converts the run as {@link #convert(ExpertGroups, SpawnMethod, Path)}; copies stay equal. */
  public Run<?> convert(ExpertGroups groups, Path out) {
    return convert(groups, SpawnMethod.copy(), out);
  }

  /**
   * Makes a run with other experts: selected, averaged or copied ones. If they are merged into one
   * plain network, the new run has gate {@code dense}.
   *
   * <pre>{@code
   * Run<?> three = run.convert(ExpertGroups.select(List.of(0, 3, 5)), Path.of("runs/three"));
   * }</pre>
   *
   * @param groups origin of each new expert
   * @param spread how copies are made to differ from their origin
   * @param out new or empty folder
   * @return the new run, which is open
   * @throws IllegalArgumentException if the run has no experts, or not these
   */
  public Run<?> convert(ExpertGroups groups, SpawnMethod spread, Path out) {
    made(out, (run, folder) -> new Conversion(run).write(groups, spread, folder));
    return Run.open(out);
  }

  /**
   * Makes a run with the best experts of each MoE layer, scored by REAP (arXiv 2510.13999): the
   * mean over an expert's tokens of its weight times the norm of its output.
   *
   * @param experts number of experts to keep in each layer
   * @param request text that experts are scored on
   * @param out new or empty folder
   * @return the new run, which is open
   * @throws IllegalArgumentException if the run has no experts, or not that many
   */
  public Run<?> keepBest(int experts, EvalRequest request, Path out) {
    made(
        out,
        (run, folder) -> {
          new Conversion(run).keep(experts, request, folder);
          return folder;
        });
    return Run.open(out);
  }

  /**
   * Writes a run whose weights are the mean of this run's last checkpoints. Everything else, such
   * as the optimizer's moments, is that of the last one.
   *
   * @param count number of checkpoints, at least 2
   * @param out new or empty folder
   * @return the steps of the averaged checkpoints, newest first
   * @throws IllegalArgumentException if the run has fewer checkpoints with the same experts
   */
  public List<Long> average(int count, Path out) {
    return made(out, (run, folder) -> Conversion.average(run, count, folder));
  }

  /**
   * Makes a run whose token prior is in its embedding rather than in its routers, so that it can be
   * exported to published formats. Its hidden size is larger, and its loss differs a little. Needs
   * Llama blocks, a {@code fixed} or {@code learned} prior, and the run's data, whose validation
   * set decides how strongly the routers read the prior.
   *
   * @param out new or empty folder
   * @return the new run, which is open
   * @throws IllegalArgumentException if the run has none of these
   */
  public Run<?> embedPrior(Path out) {
    made(out, (run, folder) -> new EmbeddedPrior(run).write(folder));
    return Run.open(out);
  }

  /** Makes a run with this run's tokenizer in a new folder. */
  private <T> T made(Path out, BiFunction<RunCheckpoint, Path, T> writer) {
    return use(
        run -> {
          try (NewOutput made = NewOutput.folder(out)) {
            if (run.folder().hasTokenizer()) {
              ProgramTokenizer.copy(
                  run.folder().tokenizerPath(), new RunFolder(made.path()).tokenizerPath());
            }
            T written = writer.apply(run, made.path());
            made.publish();
            return written;
          }
        });
  }
}
