package io.evomoe.training.internal.rounds;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.Parameter;
import io.evomoe.training.Model;
import io.evomoe.training.StepRecord;
import io.evomoe.training.TinyBatch;
import io.evomoe.training.TinyModel;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingState.SavedRun;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** A run in rounds on one machine: what is sent is written and read again. */
final class RoundScene {
  static final long SPAWN = 5;
  static final TrainerConfig CONFIG =
      TrainerConfig.defaults(12)
          .with(t -> t.clipNorm(Double.POSITIVE_INFINITY))
          .with(t -> t.learningRate(0.05).warmupShare(0).schedule("constant").floorShare(1));

  final Kernels kernels = KernelSelection.forType(DataType.FLOAT);
  final EvolutionSchedule evolution =
      new EvolutionSchedule(
          EvolutionConfig.defaults()
              .with(e -> e.diversifySteps(SPAWN).spawn("copy").temperatureSteps(5)),
          12,
          ExpertLifecycle.SPAWNED);
  final RoundConfig rounds;
  private final double dropout;

  RoundScene(RoundConfig rounds, double dropout) {
    this.rounds = rounds;
    this.dropout = dropout;
  }

  TinyModel model() {
    return new TinyModel(kernels, 1, dropout);
  }

  Coordinator coordinator(Model<?> model) {
    return resumed(null, model);
  }

  Coordinator resumed(@Nullable SavedRun saved, Model<?> model) {
    return new Coordinator(model, CONFIG, evolution, rounds, saved) {
      @Override
      public StepRecord next() {
        return finish(local(this));
      }
    };
  }

  /** Batch n of worker k of K is batch n K + k of all. */
  LongFunction<TinyBatch> share(int worker) {
    return index -> TinyBatch.number(index * rounds.workers() + worker);
  }

  Contribution local(ModelSnapshot start, RoundPlan.Span span, int worker) {
    return new LocalRound(CONFIG, evolution, rounds)
        .run(model(), share(worker), start, span, worker);
  }

  /** One round of all workers. */
  Contribution round(Coordinator coordinator) {
    Contribution sum = local(coordinator);
    coordinator.finish(sum);
    return sum;
  }

  private Contribution local(Coordinator coordinator) {
    ModelSnapshot start = sent(coordinator.nextStart());
    RoundPlan.Span span = coordinator.nextSpan();
    return IntStream.range(0, rounds.workers())
        .mapToObj(worker -> sent(local(start, span, worker)))
        .reduce(Contribution::plus)
        .orElseThrow();
  }

  @SuppressWarnings("unchecked") // what was written is what is read
  static <T> T sent(T object) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(object);
      }
      ByteArrayInputStream received = new ByteArrayInputStream(bytes.toByteArray());
      try (ObjectInputStream in = new ObjectInputStream(received)) {
        return (T) in.readObject();
      }
    } catch (IOException | ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  static Map<String, List<Float>> values(Model<?> model) {
    Map<String, List<Float>> values = new LinkedHashMap<>();
    for (Parameter parameter : model.parameters()) {
      float[] flat = ModelSnapshot.Flat.floats(parameter.value());
      values.put(parameter.name(), IntStream.range(0, flat.length).mapToObj(i -> flat[i]).toList());
    }
    return values;
  }
}
