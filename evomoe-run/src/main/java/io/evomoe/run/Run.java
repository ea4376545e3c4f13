package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.task.HubImport;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.RunStart.DenseStart;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.internal.task.WarmStart;
import io.evomoe.run.record.DataChange;
import io.evomoe.run.record.RunResult.Outcome;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.TaskData;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Callback;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A training run in a folder. Programs and the command line use the same folders, so each can open
 * and continue the runs of the other.
 *
 * <pre>{@code
 * try (Run<Gpt> run = Run.gpt(Path.of("text.txt"))
 *     .model(m -> m.numHiddenLayers(2).hiddenSize(64).experts(4))
 *     .gate("evomoe", Map.of("balance", "0.01"))
 *     .training(t -> t.steps(500))
 *     .in(Path.of("runs/mine"))) {
 *   run.train((step, training) -> System.out.println(step.trainLoss()));
 *   System.out.println(run.generate("The state of", 40));
 * }
 * try (Run<?> again = Run.open(Path.of("runs/mine"))) {
 *   again.train(); // continues after its last checkpoint
 * }
 * }</pre>
 *
 * <p>Thread-safe: calls that generate, translate and evaluate run in parallel. During a training,
 * calls of other threads are rejected, except {@link #requestStop()}. {@link #close()} waits for
 * the calls in progress; later calls are rejected.
 *
 * @param <M> the model: {@link Gpt}, {@link Llama}, {@link Roberta} or {@link Transformer}
 */
public final class Run<M extends Model<?>> extends RunUse implements AutoCloseable {
  private static final String BUSY =
      "is being trained: ask it to stop with requestStop, and wait for train";

  private final Path path;
  private final Class<M> type;
  private final @Nullable OutputFolder output;
  private final Lifetime lifetime;
  private volatile RunConfig config;
  private volatile RunState state;
  private @Nullable TrainedModel<M> trained;
  private @Nullable Predictor predictor;
  private volatile @Nullable TaskTraining<?, ?> training;
  private volatile boolean stopRequested;

  /** Creates a run. Closing the run closes {@code output} too, unless it is null. */
  Run(Path path, Class<M> type, RunConfig config, RunState state, @Nullable OutputFolder output) {
    this.output = output;
    this.path = path;
    this.type = type;
    this.config = config;
    this.state = state;
    this.lifetime = new Lifetime("the run in " + path, "open it again with Run.open");
  }

  /** Begins a GPT that learns the text of these files and folders, at least one. */
  public static RunBuilder<Gpt> gpt(Path... data) {
    return gpt(Dataset.files(List.of(data)));
  }

  /** Begins a GPT that learns these texts, conversations or token ids. */
  public static RunBuilder<Gpt> gpt(Dataset data) {
    return new RunBuilder<>(Tasks.GPT, Gpt.class, Architecture.GPT, data);
  }

  /** Begins a Llama that learns the text of these files and folders, at least one. */
  public static RunBuilder<Llama> llama(Path... data) {
    return llama(Dataset.files(List.of(data)));
  }

  /** Begins a Llama that learns these texts, conversations or token ids. */
  public static RunBuilder<Llama> llama(Dataset data) {
    return new RunBuilder<>(Tasks.GPT, Llama.class, Architecture.LLAMA, data);
  }

  /** Begins a RoBERTa that learns to predict masked tokens of these texts, at least one. */
  public static RunBuilder<Roberta> roberta(Path... data) {
    return roberta(Dataset.files(List.of(data)));
  }

  /** Begins a RoBERTa that learns to predict masked tokens of these texts, or token ids. */
  public static RunBuilder<Roberta> roberta(Dataset data) {
    return new RunBuilder<>(Tasks.ROBERTA, Roberta.class, Architecture.GPT, data);
  }

  /** Begins a Transformer that learns to translate from pairs of sentences. */
  public static RunBuilder<Transformer> translation(Path pairs) {
    return translation(Dataset.files(List.of(pairs)));
  }

  /** Begins a Transformer that learns to translate from rows of a sentence and its translation. */
  public static RunBuilder<Transformer> translation(Dataset pairs) {
    return new RunBuilder<>(Tasks.TRANSLATION, Transformer.class, Architecture.GPT, pairs);
  }

  /** Begins a run of a task of one's own; it is known by its name from now on. */
  public static <B, M extends Model<B>> RunBuilder<M> task(Task<B, M> task, Dataset data) {
    return RunBuilder.of(task, data);
  }

  /** Begins a run of a full configuration, such as one that was read from a file. */
  public static RunBuilder<?> of(RunConfig config, List<Path> data) {
    return RunBuilder.of(config, data);
  }

  /**
   * Begins a run from another run's checkpoint, in a folder of its own. It takes over the weights,
   * experts, tokenizer, settings and data, unless you change them. Steps and the learning rate
   * schedule restart; phases and temperature continue.
   *
   * <pre>{@code
   * Run.from(Path.of("runs/a")).training(t -> t.steps(500)).in(Path.of("runs/b"));
   * }</pre>
   *
   * @param folder of a run, finished or not, or one checkpoint in it
   * @throws IllegalArgumentException if it is no folder of a run
   */
  public static RunBuilder<?> from(Path folder) {
    return RunBuilder.from(WarmStart.open(folder));
  }

  /**
   * Begins a run from another run's checkpoint, with a checked model type.
   *
   * @param model {@link Gpt}, {@link Llama}, {@link Roberta} or {@link Transformer}
   */
  public static <M extends Model<?>> RunBuilder<M> from(Path folder, Class<M> model) {
    return RunBuilder.from(WarmStart.open(folder), model);
  }

  /**
   * Makes a run from a folder of Hugging Face: {@code config.json}, safetensors and a tokenizer.
   *
   * @param run new or empty folder
   * @throws IllegalArgumentException if the model or its tokenizer is not supported; nothing is
   *     written
   */
  public static Run<?> importing(Path folder, Path run) {
    return importing(folder, null, run, line -> {});
  }

  /**
   * Makes a run as {@link #importing(Path, Path)}, with adapters added to the weights.
   *
   * @param adapters folder of the library peft; null for none
   * @param said receives lines for the user on the import
   * @throws IllegalArgumentException if the adapters are for another model as well
   */
  public static Run<?> importing(
      Path folder, @Nullable Path adapters, Path run, Consumer<String> said) {
    HubImport.run(folder, adapters, run).forEach(said);
    return open(run);
  }

  /**
   * Begins a run from the weights of a dense run, trained or imported, of its task, as {@link
   * RunBuilder#init}. Unset fields use those of the dense run.
   *
   * @throws IllegalArgumentException if it has experts, or is no run
   */
  public static RunBuilder<?> upcycling(Path denseRun) {
    return RunBuilder.from(DenseStart.open(denseRun));
  }

  /**
   * Opens a run of any task, to use the model of its best checkpoint, or to continue training after
   * its newest one. The best one has the lowest validation loss ({@code training.keepBest}).
   *
   * @param folder of the run, or one checkpoint in it
   * @throws IllegalArgumentException if it is no folder of a run, was written by a later version,
   *     or its configuration was changed since
   * @throws io.evomoe.training.CheckpointException if the checkpoint is damaged
   */
  public static Run<?> open(Path folder) {
    return opening(folder).open();
  }

  /**
   * Opens a run with a checked model type.
   *
   * @param model {@link Gpt}, {@link Llama}, {@link Roberta} or {@link Transformer}
   * @throws IllegalArgumentException as well if the run has another model
   */
  public static <M extends Model<?>> Run<M> open(Path folder, Class<M> model) {
    return opening(folder).open(model);
  }

  /** Opens a run with other data, or with other values of fields that may change. */
  public static RunOpening opening(Path folder) {
    return new RunOpening(folder, null, null);
  }

  /** Returns the full configuration. */
  @Override
  public RunConfig config() {
    return config;
  }

  /** Returns the run's folder. */
  @Override
  public Path folder() {
    return path;
  }

  /**
   * Returns the encoded training data, which is read now if it was not yet; for the command line.
   *
   * @param progress reports the reading's progress
   */
  public TaskData<?, ?> taskData(TextProgress progress) {
    return lifetime.during(() -> state.taskData(progress));
  }

  /** Returns the files and folders that the run trains on. */
  public List<Path> data() {
    lifetime.requireOpen();
    return state.paths();
  }

  /**
   * Returns the changes of the data when the run was resumed, with the one of this resumption if
   * the data was read.
   */
  public List<DataChange> dataChanges() {
    lifetime.requireOpen();
    return state.dataChanges();
  }

  /** Returns the number of finished optimizer steps. */
  public long steps() {
    lifetime.requireOpen();
    return state.steps();
  }

  /**
   * Trains until the last step, {@link #requestStop()} or an interrupt of the thread. Each step is
   * written to the curve and the log. Checkpoints are written as configured and at the end,
   * followed by the result.
   *
   * <p>If a callback throws, the run is saved first; then the exception is rethrown. If the process
   * ends early, the run resumes from its last checkpoint: set {@code training.checkpointEvery}, or
   * call {@link #requestStop()} in a shutdown hook that waits.
   *
   * <p>An error before the first step leaves the run unchanged. A run whose training failed is
   * closed; its folder can be opened.
   *
   * @return the result; if the run is already finished, the stored result
   * @throws IllegalArgumentException if another process, or another object, trains the run
   * @throws IllegalStateException if the loss diverged (the last checkpoint can be opened), or if
   *     the run is being trained already
   */
  public Outcome train(Callback... callbacks) {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return state.finished().orElseGet(() -> trainOn(List.of(callbacks)));
    }
  }

  private Outcome trainOn(List<Callback> callbacks) {
    boolean interrupted = false;
    stopRequested = false;
    try (OutputFolder ignored = output == null ? OutputFolder.open(path) : output.shared();
        TaskTraining<?, ?> run = state.begin(callbacks)) {
      forget();
      config = state.config();
      training = run;
      if (stopRequested) {
        run.requestStop();
      }
      try {
        RunState now = state;
        Outcome outcome = run.train(path, () -> now.writeFiles(run, callbacks), callbacks);
        interrupted = Thread.interrupted();
        // A run that finishes here must equal one that is opened.
        state = now.again();
        forget(); // what the listener used
        now.close();
        forget(); // a stop that a callback requested meanwhile
        return outcome;
      } catch (RuntimeException | Error e) {
        interrupted |= Thread.interrupted();
        lifetime.closeInside(this::free);
        throw e;
      }
    } finally {
      training = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Makes {@link #train} save and return after the current step; from any thread. Without a
   * training it does nothing.
   */
  public void requestStop() {
    stopRequested = true;
    TaskTraining<?, ?> running = training;
    if (running != null) {
      running.requestStop();
    }
  }

  /**
   * Returns the model of the best checkpoint, valid until the run is trained or closed.
   *
   * @throws IllegalStateException if no step was taken
   */
  public M model() {
    return trained().model();
  }

  /** Returns the model with the phase and temperature of its gates. */
  @Override
  public TrainedModel<M> trained() {
    return lifetime.during(this::loaded);
  }

  private synchronized TrainedModel<M> loaded() {
    if (trained == null) {
      trained = state.checkpoint().trained().as(type);
    }
    return trained;
  }

  @Override
  <T> T use(Function<RunCheckpoint, T> use) {
    return lifetime.during(() -> use.apply(state.checkpoint()));
  }

  @Override
  public Predictor predictor() {
    return lifetime.during(this::opened);
  }

  private synchronized Predictor opened() {
    if (predictor == null) {
      predictor = new Predictor(path, config.task(), loaded(), state.checkpoint().tokenizer());
    }
    return predictor;
  }

  private synchronized void forget() {
    if (predictor != null) {
      predictor.close();
      predictor = null;
    }
    TrainedModel<M> last = trained;
    trained = null;
    if (last != null) {
      last.close();
    }
  }

  /**
   * Releases memory, tokenizer and folder. Waits for calls in progress; call {@link #requestStop()}
   * first to end a training.
   *
   * @throws IllegalStateException if called from a callback, or if the thread is interrupted while
   *     it waits; the run stays open then
   */
  @Override
  public void close() {
    lifetime.close(this::free);
  }

  private void free() {
    forget();
    state.close();
    if (output != null) {
      output.close();
    }
  }
}
