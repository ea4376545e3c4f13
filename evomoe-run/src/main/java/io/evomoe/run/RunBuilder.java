package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.moe.GateProvider;
import io.evomoe.nn.LoraConfig;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.folder.ProgramTokenizer;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.RunStart;
import io.evomoe.run.internal.task.RunStart.DenseStart;
import io.evomoe.run.internal.task.WarmStart;
import io.evomoe.run.record.RunFiles;
import io.evomoe.run.task.MemoryLimit;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.TaskData.TokenizerSource;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Configures a new run. Unset fields use preset {@code small}, gate {@code evomoe} and seed 1; a
 * run that starts {@linkplain Run#from from} another one uses the fields of that run. Names, bounds
 * and defaults are those of configuration files.
 *
 * @param <M> its model
 */
public final class RunBuilder<M extends Model<?>> extends RunSettings<RunBuilder<M>> {
  private final Task<?, ?> task;
  private final Class<M> type;
  private final Architecture architecture;
  private @Nullable Dataset data;
  private @Nullable Function<Path, TokenizerSource> tokenizers;
  private @Nullable Tokenizer own;
  private String preset = "small";
  private TextProgress progress = TextProgress.NONE;
  private @Nullable RunStart start;
  private @Nullable PreparedData shared;
  private Consumer<Path> files = folder -> {};
  private BiFunction<RunConfig, TaskData<?, ?>, RunConfig> completing = (config, read) -> config;

  /** Whether the settings of another run, or of a configuration, are the starting point. */
  private boolean whole;

  RunBuilder(String task, Class<M> type, Architecture architecture, @Nullable Dataset data) {
    this.task = Tasks.named(task);
    this.type = type;
    this.architecture = architecture;
    this.data = data;
  }

  static <B, M extends Model<B>> RunBuilder<M> of(Task<B, M> task, Dataset data) {
    Tasks.add(task);
    @SuppressWarnings("unchecked") // a task makes models of one class alone
    Class<M> type = (Class<M>) task.modelType(Architecture.GPT);
    return new RunBuilder<>(task.name(), type, Architecture.GPT, data);
  }

  static RunBuilder<?> of(RunConfig given, List<Path> data) {
    Task<?, ?> task = Tasks.named(given.task());
    Architecture architecture = given.model().architecture();
    RunBuilder<?> builder =
        new RunBuilder<>(
            task.name(), task.modelType(architecture), architecture, Dataset.files(data));
    builder.whole = true;
    return builder
        .gate(given.gate())
        .seed(given.seed())
        .change(c -> given.with(b -> b.gate(c.gate()).seed(c.seed())));
  }

  /** Begins a run from the weights of a saved one. */
  static RunBuilder<?> from(RunStart start) {
    RunConfig config = start.run().config();
    Task<?, ?> task = Tasks.named(config.task());
    return from(start, task.modelType(config.model().architecture()));
  }

  static <M extends Model<?>> RunBuilder<M> from(RunStart start, Class<M> type) {
    RunConfig config = start.run().config();
    RunBuilder<M> builder =
        new RunBuilder<>(config.task(), type, config.model().architecture(), null);
    builder.start = start;
    if (start instanceof WarmStart) {
      builder.whole = true;
      return builder.gate(config.gate()).seed(config.seed());
    }
    return builder;
  }

  @Override
  RunBuilder<M> self() {
    return this;
  }

  /** Trains on these files and folders; rejects an empty list. */
  public RunBuilder<M> data(List<Path> sources) {
    return data(Dataset.files(sources));
  }

  /** Trains on this data, of a program or of files. */
  public RunBuilder<M> data(Dataset source) {
    data = source;
    return this;
  }

  /**
   * Uses a tokenizer of a program instead of one learned from the data. The run does not close it.
   * Its folder names the class and its {@linkplain Tokenizer#fingerprint fingerprint}: {@link
   * RunOpening#tokenizer} passes it again, unless {@link java.util.ServiceLoader} finds it.
   */
  public RunBuilder<M> tokenizer(Tokenizer tokenizer) {
    own = tokenizer;
    tokenizers =
        folder -> {
          ProgramTokenizer.of(tokenizer).write(folder);
          return TokenizerSource.of(tokenizer);
        };
    return this;
  }

  /**
   * Uses the tokenizer of a folder instead of one learned from the data; its files are copied.
   *
   * @param folder with {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}
   */
  public RunBuilder<M> tokenizer(Path folder) {
    own = null;
    tokenizers =
        made -> {
          TokenizerFiles.copy(folder, made);
          return TokenizerSource.of(Tokenizer.load(folder));
        };
    return this;
  }

  /**
   * Trains on data that was read for several runs, and is not closed with the run.
   *
   * @throws IllegalArgumentException later, if its task, split or form of data is not the run's
   */
  public RunBuilder<M> prepared(PreparedData data) {
    shared = data;
    return this;
  }

  /** Completes the configuration when the data is read; for the command line. */
  public RunBuilder<M> completed(BiFunction<RunConfig, TaskData<?, ?>, RunConfig> completion) {
    completing = completion;
    return this;
  }

  /** Writes further files into the run's folder, before its first checkpoint. */
  public RunBuilder<M> files(Consumer<Path> writer) {
    files = writer;
    return this;
  }

  /**
   * Selects the preset: {@code quick}, {@code small} or {@code base}.
   *
   * @throws IllegalArgumentException if the run takes its settings from another run or from a
   *     configuration
   */
  public RunBuilder<M> preset(String name) {
    if (whole) {
      throw new IllegalArgumentException(
          "preset must be left out of a run that has all settings already, was " + name);
    }
    preset = name;
    return this;
  }

  /**
   * Starts from the weights of a dense run, trained or imported, as {@code train --init} does. It
   * takes the model, tokenizer and architecture of that run.
   *
   * @param denseRun folder of the run
   * @throws IllegalArgumentException if it has experts, or is no run
   */
  public RunBuilder<M> init(Path denseRun) {
    start = DenseStart.open(denseRun);
    return this;
  }

  /**
   * Takes over the optimizer's moments too; for a run that starts {@linkplain Run#from from}
   * another one.
   *
   * @throws IllegalArgumentException if this run starts from no other run, or that run has no
   *     usable moments
   */
  public RunBuilder<M> withMoments() {
    start = earlier("withMoments").withMoments();
    return this;
  }

  /**
   * Trains the decay of schedule {@code wsd} alone, with the moments of a run that is at its
   * highest learning rate; for a run that starts {@linkplain Run#from from} another one.
   *
   * @param steps steps of this run, at least 1
   * @throws IllegalArgumentException if this run starts from no other run, or that run's rate has
   *     decayed already
   */
  public RunBuilder<M> decay(long steps) {
    start = earlier("decay").decaying(steps);
    return this;
  }

  private WarmStart earlier(String method) {
    if (start instanceof WarmStart earlier) {
      return earlier;
    }
    throw new IllegalArgumentException(
        method + " needs a run that starts from another one (Run.from)");
  }

  /** Reports the progress of reading the data to this listener. */
  public RunBuilder<M> progress(TextProgress told) {
    progress = told;
    return this;
  }

  /** Returns the settings before any change, unchecked: of the preset, or of the start. */
  public RunConfig defaults() {
    RunStart from = start;
    RunConfig usual =
        Tasks.preset(task.name(), preset).config(task.name(), gate, seed, architecture);
    if (from == null) {
      return usual;
    }
    from.requireTask(task.name());
    RunConfig config = from.defaults(usual);
    return data == null ? config : config.with(c -> c.split(usual.split()).data(usual.data()));
  }

  /**
   * Returns the full, checked configuration.
   *
   * @throws IllegalArgumentException naming the field, the value and the bound
   */
  public RunConfig config() {
    RunStart from = start;
    RunConfig config = changed(defaults());
    config.gateOptions().keySet().forEach(GateProvider::named);
    if (!config.lora().active() && !config.lora().equals(LoraConfig.OFF)) {
      throw new IllegalArgumentException(
          "lora.alpha, dropout and modules need lora.rank of at least 1, was 0");
    }
    if (config.trainsPart() && !(from instanceof WarmStart)) {
      throw new IllegalArgumentException(
          "training.trainOnly, training.freeze, training.trainExperts and lora.rank need a run to start from: use train --from (Run.from)");
    }
    if (from != null) {
      from.requireFit(config, spawnAsked);
      if (data == null) {
        from.requireItsData(config);
      }
    }
    Class<?> its = task.modelType(config.model().architecture());
    if (its != type) {
      throw new IllegalArgumentException(
          "model.architecture %s makes a %s, the run was begun as that of a %s"
              .formatted(config.model().architecture(), its.getSimpleName(), type.getSimpleName()));
    }
    return Tasks.checked(config);
  }

  /**
   * Reads the data, trains the tokenizer and locks the folder until the run is closed. The folder
   * stays empty until the run is trained.
   *
   * @param folder new, empty, or without a run
   * @throws IllegalArgumentException if the folder has a run, the configuration is invalid, the
   *     data cannot be read or is too short, or the model exceeds the machine's memory
   * @throws IllegalArgumentException if another process writes to the folder; the message names it
   */
  public Run<M> in(Path folder) {
    RunConfig config = config();
    Run<M> run = begin(config, OutputFolder.open(folder));
    try {
      MemoryLimit.ofMachine().requireRoomFor(run.taskData(progress), config);
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  /**
   * Creates the run in a folder that is open already and is closed with the run; for the command
   * line.
   */
  public Run<M> in(OutputFolder output) {
    return begin(config(), output);
  }

  private Run<M> begin(RunConfig config, OutputFolder output) {
    try {
      RunStart from = start;
      PreparedData ready = shared;
      Dataset sources =
          data != null ? data : Objects.requireNonNull(from, "a start without data").run().data();
      RunFiles.requireUnused(output.path());
      if (ready != null && (from != null || tokenizers != null)) {
        throw new IllegalArgumentException(
            "prepared data has its tokenizer: it cannot be given with a tokenizer, or a run to"
                + " start from");
      }
      if (from != null && tokenizers != null) {
        throw new IllegalArgumentException(
            "tokenizer must be that of " + from.run().folder().path() + ", where this run starts");
      }
      if (ready != null) {
        ready.requireFit(config);
      }
      PreparedData read = ready != null ? ready : prepare(sources, config, output.path());
      RunConfig complete = completing.apply(config, read.data());
      NewState state =
          new NewState(
              output,
              complete,
              sources,
              read,
              ready != null,
              own,
              from,
              trainer,
              Map.copyOf(notes),
              files);
      return new Run<>(output.path(), type, complete, state, output);
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
  }

  private PreparedData prepare(Dataset sources, RunConfig config, Path output) {
    RunCheckpoint run = start == null ? null : start.run();
    Function<Path, TokenizerSource> source =
        run == null
            ? Objects.requireNonNullElse(tokenizers, TokenizerSource::learned)
            : folder -> {
              ProgramTokenizer.copy(run.folder().tokenizerPath(), folder);
              return TokenizerSource.of(run.tokenizer());
            };
    return new PreparedData(sources, config, source, run, output, progress);
  }
}
