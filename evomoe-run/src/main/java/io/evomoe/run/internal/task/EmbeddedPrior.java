package io.evomoe.run.internal.task;

import io.evomoe.nn.Parameter;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.ExportPlan;
import io.evomoe.run.task.Task;
import io.evomoe.run.task.Task.TrainedModel;
import io.evomoe.run.task.Tasks;
import io.evomoe.training.Model;
import io.evomoe.training.TrainingState;
import io.evomoe.training.optimizer.Optimizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Moves the token prior of a run with Llama blocks from its routers into its embedding, so that
 * published formats can hold it.
 *
 * <p>The hidden size d grows to D by E columns for each layer with a prior. A token has {@code s
 * B[id]} there, with s too small to change a norm. No block writes to these columns, so each router
 * finds them as they were, divided by the root mean square of the token's row h. It multiplies by
 * {@code f / s}: the logits are {@code x W + f B[id] / rms(h)} instead of {@code x W + B[id]}. The
 * factor f is the power of 2 with the lowest validation loss. All other values stay as they were,
 * except for rounding.
 *
 * @param run the saved run
 */
public record EmbeddedPrior(RunCheckpoint run) {
  /** So that hidden sizes suit matrix products and blocks of quantized weights. */
  private static final int HIDDEN_STEP = 32;

  /** Of the new columns to the others, root mean square: they change a norm by some 1e-5. */
  private static final double RATIO = 0x1p-8;

  private static final String EMBEDDING = "tokens.weight";
  private static final String TABLE = "prior";

  /** Rejects a run without Llama blocks, without experts, or without a lasting prior. */
  public EmbeddedPrior {
    Conversion.requireExperts(run);
    RunConfig config = run.config();
    if (ExportPlan.embedded(config).isEmpty()) {
      throw new IllegalArgumentException(
          "the prior can be embedded if model.architecture is llama and gateOptions.%s.prior is fixed or learned, they were %s and %s"
              .formatted(
                  config.gate(),
                  config.model().architecture().name().toLowerCase(Locale.ROOT),
                  config.options().getOrDefault(TABLE, "none")));
    }
  }

  /**
   * Writes a run folder. Its optimizer starts afresh.
   *
   * @param out a new folder, with the tokenizer already in it
   * @return the checkpoint
   * @throws IllegalArgumentException if the run's data cannot be read, or its gate has other arrays
   *     than a router's
   */
  public Path write(Path out) {
    try (Model<?> old = Conversion.grown(run)) {
      run.checkpoint().loadModel(old);
      Columns columns = Columns.of(old, run.config());
      RunConfig config = Tasks.checked(config(columns));
      RunCheckpoint target = run.withConfig(config);
      try (Model<?> wide = Conversion.grown(target)) {
        columns.fill(wide);
        columns.write(wide, best(columns, wide, target));
        Optimizer moments = Conversion.optimizer(config);
        TrainingState state =
            new TrainingState(
                run.checkpoint().progress(), run.checkpoint().context(), wide, moments);
        return Conversion.write(run, config, out, state);
      }
    }
  }

  /** Doubles the factor, or halves it, as long as that lowers the loss. */
  private static double best(Columns columns, Model<?> wide, RunCheckpoint target) {
    double factor = 1;
    double lowest = loss(columns, wide, target, factor);
    for (double step : new double[] {2, 0.5}) {
      double next = loss(columns, wide, target, factor * step);
      while (next < lowest) {
        lowest = next;
        factor *= step;
        next = loss(columns, wide, target, factor * step);
      }
    }
    return factor;
  }

  private static double loss(Columns columns, Model<?> wide, RunCheckpoint target, double factor) {
    columns.write(wide, factor);
    return loss(target.task(), target, wide);
  }

  private static <B, M extends Model<B>> double loss(
      Task<B, M> task, RunCheckpoint of, Model<?> model) {
    TrainedModel<?> trained = new TrainedModel<>(model, of.checkpoint().context().evaluating());
    TrainedModel<M> typed = task.typed(trained, of.config().model().architecture());
    EvalRequest request =
        EvalRequest.HELD_OUT.with(e -> e.batches(of.config().training().evalBatches()));
    return task.evaluate(typed, of, request, note -> {}).loss();
  }

  private RunConfig config(Columns columns) {
    RunConfig config = ExportPlan.embedded(run.config().trainingAll()).orElseThrow();
    int heads = config.model().numAttentionHeads();
    Integer headDim = config.model().headDim();
    return config.with(
        c ->
            c.model(
                    config
                        .model()
                        .with(
                            m ->
                                m.hiddenSize(columns.wide)
                                    .headDim(headDim == null ? columns.width / heads : headDim)))
                .architecture(
                    config
                        .architecture()
                        .with(
                            a ->
                                a.normEpsilon(
                                    config.architecture().normEpsilon()
                                        * columns.width
                                        / columns.wide))));
  }

  /**
   * The columns of the wide model.
   *
   * @param old the loaded model's parameters by name
   * @param tables B [V, E] of each layer that has one
   * @param width d
   * @param wide D
   * @param small s
   */
  private record Columns(
      Map<String, Parameter> old, List<Parameter> tables, int width, int wide, double small) {

    static Columns of(Model<?> model, RunConfig config) {
      Map<String, Parameter> old = new HashMap<>();
      model.parameters().forEach(parameter -> old.put(parameter.name(), parameter));
      List<Parameter> tables =
          model.parameters().stream()
              .filter(parameter -> parameter.place().gatePart().equals(Optional.of(TABLE)))
              .toList();
      int width = config.model().hiddenSize();
      long added = tables.stream().mapToLong(table -> table.value().size(1)).sum();
      long wide = (width + added + HIDDEN_STEP - 1) / HIDDEN_STEP * HIDDEN_STEP;
      double tokens = rootMeanSquare(List.of(old.get(EMBEDDING)));
      double small = RATIO * tokens / rootMeanSquare(tables);
      return new Columns(old, tables, width, Math.toIntExact(wide), small);
    }

    private static double rootMeanSquare(List<Parameter> parameters) {
      double sum = 0;
      long length = 0;
      for (Parameter parameter : parameters) {
        double norm = parameter.value().norm2Number().doubleValue();
        sum += norm * norm;
        length += parameter.length();
      }
      return Math.sqrt(sum / length);
    }

    /** Copies all parameters into the first columns. Norms see as many zeros as there are more. */
    void fill(Model<?> model) {
      if (!model.state().isEmpty()) {
        throw new IllegalArgumentException(
            "the prior cannot be embedded beside %s of the gate"
                .formatted(model.state().get(0).name()));
      }
      for (Parameter parameter : model.parameters()) {
        Parameter before = old.get(parameter.name());
        if (before == null) {
          throw new IllegalArgumentException(
              "the prior cannot be embedded beside " + parameter.name());
        }
        INDArray from = before.value();
        INDArray into = parameter.value().assign(0);
        if (!into.equalShapes(from)) {
          into = into.get(first(from));
          into.assign(parameter.role() == Parameter.Role.GAIN ? from.mul(shrink()) : from);
        } else {
          into.assign(from);
        }
      }
    }

    /** Writes the tables into the embedding, and the factor into the routers. */
    void write(Model<?> model, double factor) {
      int at = width;
      for (Parameter table : tables) {
        int end = at + Math.toIntExact(table.value().size(1));
        INDArrayIndex columns = NDArrayIndex.interval(at, end);
        String gate = table.name().substring(0, table.name().length() - TABLE.length());
        int block = table.place().block().orElseThrow();
        value(model, EMBEDDING).get(NDArrayIndex.all(), columns).assign(table.value().mul(small));
        value(model, "blocks.%d.feedForwardNorm.gain".formatted(block))
            .get(columns)
            .assign(shrink());
        INDArray router = value(model, gate + "weight").get(columns, NDArrayIndex.all());
        router.assign(Nd4j.eye(end - at).mul(factor / small).castTo(router.dataType()));
        at = end;
      }
    }

    private static INDArray value(Model<?> model, String name) {
      return model.parameters().stream()
          .filter(parameter -> parameter.name().equals(name))
          .findFirst()
          .orElseThrow()
          .value();
    }

    private double shrink() {
      return Math.sqrt((double) width / wide);
    }

    private static INDArrayIndex[] first(INDArray array) {
      INDArrayIndex[] indices = new INDArrayIndex[array.rank()];
      for (int i = 0; i < indices.length; i++) {
        indices[i] = NDArrayIndex.interval(0, array.size(i));
      }
      return indices;
    }
  }
}
