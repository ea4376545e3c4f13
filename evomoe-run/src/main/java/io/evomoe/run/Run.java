package io.evomoe.run;

import io.evomoe.internal.files.OutputFolder;
import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Sampling;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.TextProgress;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.nn.Lifetime;
import io.evomoe.run.config.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.internal.task.EarlierRun;
import io.evomoe.run.internal.task.LineTranslator;
import io.evomoe.run.internal.task.Task;
import io.evomoe.run.internal.task.TaskData;
import io.evomoe.run.internal.task.TaskTraining;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.internal.task.TextGeneration;
import io.evomoe.run.record.Outcome;
import io.evomoe.run.record.ResultFile;
import io.evomoe.run.record.RunWatcher;
import io.evomoe.run.result.EvalRequest;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.TrainedModel;
import io.evomoe.training.Model;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A training run in a folder, the same for programs and for the command line: what one begins, the
 * other opens, continues and uses.
 *
 * <pre>{@code
 * try (Run<Gpt> run = Run.gpt(Path.of("text.txt"))
 *     .model(m -> m.layers(2).width(64).hidden(256).heads(2).experts(4))
 *     .gate("evomoe", Map.of("balance", "0.01"))
 *     .training(t -> t.steps(500))
 *     .in(Path.of("runs/mine"))) {
 *   run.train(report -> System.out.println(report.trainLoss()));
 *   System.out.println(run.generate("The state of", 40));
 * }
 * try (Run<?> again = Run.open(Path.of("runs/mine"))) {
 *   again.train(); // goes on where it was stopped
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads: calls that generate, translate and evaluate run side by side.
 * A training runs alone: calls of other threads are rejected until it has ended, except {@link
 * #requestStop()}. {@link #close()} waits for the calls in progress, and later ones are rejected.
 *
 * @param <M> the model: {@link Gpt}, {@link Llama}, {@link Roberta} or {@link Transformer}
 */
public final class Run<M extends Model<?>> implements AutoCloseable {
  static final String WHO = "a program";
  private static final String BUSY =
      "is being trained: ask it to stop with requestStop, and wait for train";

  private final Path path;
  private final Class<M> type;
  private final @Nullable OutputFolder output;
  private final Lifetime lifetime;
  private final List<RunWatcher> watchers = new CopyOnWriteArrayList<>();
  private volatile RunConfig config;
  private volatile RunState state;
  private @Nullable TrainedModel<M> trained;
  private volatile @Nullable TaskTraining<?, ?> training;
  private volatile boolean inTraining;
  private volatile boolean stopRequested;

  /** A run; with its folder if that is to be closed with it. */
  Run(Path path, Class<M> type, RunConfig config, RunState state, @Nullable OutputFolder output) {
    this.output = output;
    this.path = path;
    this.type = type;
    this.config = config;
    this.state = state;
    this.lifetime = new Lifetime("the run in " + path, "open it again with Run.open");
  }

  /** A GPT that learns the text of these files and folders, at least one. */
  public static RunBuilder<Gpt> gpt(Path... data) {
    return new RunBuilder<>(Tasks.GPT, Gpt.class, Architecture.GPT, List.of(data));
  }

  /** A Llama, the decoder of today, that learns the text of these files and folders. */
  public static RunBuilder<Llama> llama(Path... data) {
    return new RunBuilder<>(Tasks.GPT, Llama.class, Architecture.LLAMA, List.of(data));
  }

  /** A RoBERTa that learns to name masked tokens of these texts, at least one. */
  public static RunBuilder<Roberta> roberta(Path... data) {
    return new RunBuilder<>(Tasks.ROBERTA, Roberta.class, Architecture.GPT, List.of(data));
  }

  /** A Transformer that learns to translate from pairs of sentences. */
  public static RunBuilder<Transformer> translation(Path pairs) {
    return new RunBuilder<>(Tasks.TRANSLATION, Transformer.class, Architecture.GPT, List.of(pairs));
  }

  /** A run of a configuration in full, such as one that was read from a file. */
  public static RunBuilder<?> of(RunConfig config, List<Path> data) {
    return RunBuilder.of(config, data);
  }

  /**
   * Starts a new run from another one, as {@code train --from} does. It takes the weights, experts,
   * tokenizer, settings and data of that run, unless a method changes them. Steps and the schedule
   * of the learning rate start again; phases and temperature continue.
   *
   * <pre>{@code
   * Run.from(Path.of("runs/a")).training(t -> t.steps(500)).in(Path.of("runs/b"));
   * }</pre>
   *
   * @param folder of a run, finished or not, or one checkpoint in it
   * @throws IllegalArgumentException if it is no folder of a run
   */
  public static RunBuilder<?> from(Path folder) {
    return RunBuilder.from(EarlierRun.open(folder));
  }

  /**
   * The same of a run whose model is known.
   *
   * @param model {@link Gpt}, {@link Llama}, {@link Roberta} or {@link Transformer}
   */
  public static <M extends Model<?>> RunBuilder<M> from(Path folder, Class<M> model) {
    return RunBuilder.from(EarlierRun.open(folder), model);
  }

  /**
   * Opens a run of any task: to use its model as the newest checkpoint has it, or to train on.
   *
   * @param folder of the run, or one checkpoint in it
   * @throws IllegalArgumentException if it is no folder of a run, was written by a later version,
   *     or its configuration was changed since
   * @throws io.evomoe.training.checkpoint.CheckpointException if the checkpoint is damaged
   */
  public static Run<?> open(Path folder) {
    return new RunOpening(folder).open();
  }

  /**
   * The same of a run whose model is known.
   *
   * @param model {@link Gpt}, {@link Llama}, {@link Roberta} or {@link Transformer}
   * @throws IllegalArgumentException as well if the run has another model
   */
  public static <M extends Model<?>> Run<M> open(Path folder, Class<M> model) {
    return new RunOpening(folder).open(model);
  }

  /** Opens a run with other data, or other values of fields that may change. */
  public static RunOpening opening(Path folder) {
    return new RunOpening(folder);
  }

  /** The configuration in full. */
  public RunConfig config() {
    return config;
  }

  /** Its folder. */
  public Path folder() {
    return path;
  }

  /**
   * The data that it trains on, encoded, which an opened run reads now or when it is trained; for
   * the command line.
   *
   * @param progress told how far it has come
   */
  public TaskData<?, ?> taskData(TextProgress progress) {
    return lifetime.during(() -> state.taskData(progress));
  }

  /** Files and folders that it trains on. */
  public List<Path> data() {
    lifetime.requireOpen();
    return state.data();
  }

  /** Optimizer steps that were taken. */
  public long steps() {
    lifetime.requireOpen();
    return state.steps();
  }

  /**
   * Also tells this one of each step that is recorded from now on.
   *
   * <pre>{@code
   * run.watch(TensorBoard.in(run.folder()));
   * }</pre>
   */
  public void watch(RunWatcher watcher) {
    watchers.add(watcher);
  }

  /** The same as {@link #train(RunListener)}, telling nobody. */
  public Outcome train() {
    return train(report -> {});
  }

  /**
   * Trains from where the run is to its last step, or until {@link #requestStop()} or an interrupt
   * of the thread. The folder has curve and log as each step ends, checkpoints as configured and
   * one at the end, and the result.
   *
   * <p>Where the listener throws, the run is saved before its exception is thrown on. Where the
   * process is killed, or ended by a signal, the run goes on from its last checkpoint: set {@code
   * training.checkpointEvery}, or call {@link #requestStop()} in a shutdown hook that waits.
   *
   * <p>What is refused before the first step leaves the run as it was. A run whose training failed
   * is closed; its folder can be opened.
   *
   * @return what it gave; of a run that has taken all of its steps, the same again
   * @throws IllegalArgumentException if another process, or another object, trains it
   * @throws IllegalStateException if it diverged (its last checkpoint opens), or is trained already
   */
  public Outcome train(RunListener listener) {
    try (Lifetime.Call ignored = lifetime.alone(BUSY)) {
      return trainAlone(listener);
    }
  }

  private Outcome trainAlone(RunListener listener) {
    boolean interrupted = false;
    inTraining = true;
    try (OutputFolder ignored = state.lock();
        BegunTraining begun = state.begin(RunWatcher.all(watchers), listener)) {
      TaskTraining<?, ?> run = begun.run();
      forget();
      config = state.config();
      training = run;
      if (stopRequested) {
        run.requestStop();
      }
      listener.onStart(this);
      try {
        Outcome outcome = begun.training().get();
        ResultFile.write(path.resolve(ResultFile.NAME), List.of(outcome.result()));
        // A run that comes to its end here is the same as one that is opened.
        RunState over = state;
        state = again().saved();
        over.close();
        forget(); // what a listener has asked for meanwhile
        return outcome;
      } catch (RuntimeException | Error e) {
        lifetime.closeInside(this::free);
        throw e;
      } finally {
        interrupted = run.interrupted();
      }
    } finally {
      training = null;
      inTraining = false;
      stopRequested = false;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private RunOpening again() {
    RunOpening opening = new RunOpening(path).data(state.otherData());
    return output == null ? opening : opening.output(output);
  }

  /**
   * Lets {@link #train} save and return after the step it is in; from any thread. A request while
   * nothing is trained is none.
   */
  public void requestStop() {
    stopRequested = inTraining;
    TaskTraining<?, ?> running = training;
    if (running != null) {
      running.requestStop();
    }
  }

  /**
   * The model as the newest checkpoint has it, until the run is trained on or closed.
   *
   * @throws IllegalStateException if no step was taken
   */
  public M model() {
    return trained().model();
  }

  /** The model, and the phase and temperature that its gates are used at. */
  public TrainedModel<M> trained() {
    return lifetime.during(this::loaded);
  }

  private synchronized TrainedModel<M> loaded() {
    if (trained == null) {
      trained = task().trained(state.checkpoint()).as(type);
    }
    return trained;
  }

  /** The tokenizer, closed with this. */
  public BpeTokenizer tokenizer() {
    return lifetime.during(() -> state.checkpoint().tokenizer());
  }

  /**
   * A text and what follows it, drawn as {@link Sampling#DEFAULT} says.
   *
   * @param text to continue; may be empty
   * @param tokens new ones at most
   * @throws IllegalStateException if the model is no {@link CausalLanguageModel}
   */
  public String generate(String text, int tokens) {
    return generate(text, tokens, Sampling.DEFAULT);
  }

  /** The same, drawn in another way. */
  public String generate(String text, int tokens, Sampling sampling) {
    return lifetime.during(
        () ->
            new TextGeneration(require(CausalLanguageModel.class, "generate"), tokenizer())
                .generate(text, tokens, sampling));
  }

  /**
   * A sentence in the other language, by greedy search.
   *
   * @throws IllegalStateException if the model is no {@link Transformer}
   */
  public String translate(String sentence) {
    return translate(List.of(sentence), Search.greedy()).get(0);
  }

  /** Sentences, as many and in the same order. */
  public List<String> translate(List<String> sentences, Search search) {
    return lifetime.during(
        () ->
            new LineTranslator(require(Transformer.class, "translate"), tokenizer(), search)
                .translate(sentences));
  }

  /** Loss and other measures on the held-out side of the run's data. */
  public Measurement evaluate() {
    return evaluate(EvalRequest.HELD_OUT);
  }

  /** The same on other data, or another part. */
  public Measurement evaluate(EvalRequest request) {
    return lifetime.during(() -> task().evaluate(state.checkpoint(), request));
  }

  private Task<?, ?> task() {
    return Tasks.named(config.task());
  }

  private <T extends Model<?>> TrainedModel<T> require(Class<T> wanted, String use) {
    if (!wanted.isAssignableFrom(type)) {
      throw new IllegalStateException(
          "%s is a run of task %s; %s needs a %s"
              .formatted(path, config.task(), use, wanted.getSimpleName()));
    }
    return trained().as(wanted);
  }

  private synchronized void forget() {
    TrainedModel<M> last = trained;
    trained = null;
    if (last != null) {
      last.close();
    }
  }

  /**
   * Gives back memory, tokenizer and folder. Waits for the calls in progress, a training included:
   * call {@link #requestStop()} first to end that.
   *
   * @throws IllegalStateException from inside one of its calls, such as in a listener, or if the
   *     thread is interrupted while it waits, which leaves the run open
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
