package io.evomoe.training.checkpoint;

import io.evomoe.moe.Gate.GateState;
import io.evomoe.moe.GateProvider.ExpertLifecycle;
import io.evomoe.nn.FeedForward;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Place;
import io.evomoe.nn.Place.ExpertPlace;
import io.evomoe.random.CounterRandom;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Model;
import io.evomoe.training.optimizer.Optimizer;
import io.evomoe.training.optimizer.Optimizer.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Converts a model to another set of experts: experts are averaged, selected or copied. A gate's
 * arrays are converted in the same way along the axis of experts. Optimizer moments follow their
 * parameters. Everything else is copied. A single expert can become the net of a model without
 * gates; the gates are then left out.
 *
 * <p>If every old expert becomes the same number of copies, a softmax gate over all experts gives
 * the same output as before: the copies share the old weight. {@link #spread} changes this.
 */
public final class ExpertConversion {
  private static final double GATE_NOISE = 0.01;

  private final Function<String, ExpertGroups> groups;
  private final Map<String, INDArray> old;
  private final Map<String, Parameter> oldParameters = new LinkedHashMap<>();
  private final int experts;

  /**
   * Prepares a conversion.
   *
   * @param loaded model with the content of the checkpoint
   * @param groups sources of each new expert
   * @throws IllegalArgumentException if a group names an expert that does not exist, or the model
   *     has no experts
   */
  public ExpertConversion(Model<?> loaded, ExpertGroups groups) {
    this(loaded, layer -> groups);
  }

  /**
   * Prepares a conversion with other experts in each layer.
   *
   * @param groups sources of each new expert by the dotted name of the MoE layer, as many in all
   */
  public ExpertConversion(Model<?> loaded, Function<String, ExpertGroups> groups) {
    this.groups = groups;
    this.old = CheckpointFiles.arrays(loaded);
    loaded.parameters().forEach(parameter -> oldParameters.put(parameter.name(), parameter));
    this.experts =
        loaded.parameters().stream()
            .flatMap(parameter -> parameter.place().expert().stream())
            .mapToInt(expert -> expert.number() + 1)
            .max()
            .orElseThrow(() -> new IllegalArgumentException("the model has no experts to convert"));
    loaded.parameters().stream()
        .flatMap(parameter -> parameter.place().expert().stream())
        .map(ExpertPlace::layer)
        .distinct()
        .forEach(layer -> groups.apply(layer).requireWithin(experts));
  }

  private ExpertGroups groups(Place place) {
    return groups.apply(place.layer().orElseThrow());
  }

  /**
   * Fills a model with the new number of experts.
   *
   * @param fresh new model, spawned if the old one was, with unchanged gates. With one group of
   *     experts, it may also be without gates
   * @param untrained a model like the old one in its initial state. An array without an axis for
   *     experts is copied only if it equals the initial one of {@code fresh}
   * @throws CheckpointException naming an array that cannot be converted
   */
  public void fill(Model<?> fresh, Model<?> untrained) {
    Map<String, INDArray> states = new LinkedHashMap<>();
    fresh.state().forEach(state -> states.put(state.name(), state.value()));
    for (GateState state : untrained.state()) {
      if (fresh.growth() != ExpertLifecycle.NEVER) {
        requireSameBeginning(state, states.get(state.name()));
      }
    }
    for (Parameter parameter : fresh.parameters()) {
      INDArray value = parameter.value();
      value.assign(converted(parameter.place(), value, old::get));
      Parameter before = oldParameters.get(parameter.name());
      if (before != null && before.frozen()) {
        parameter.freeze();
      }
    }
    for (GateState state : fresh.state()) {
      state.value().assign(converted(state.place(), state.value(), old::get));
    }
  }

  /**
   * Changes the further copies of an expert, because equal experts would stay equal. Their weight
   * matrices are changed. Their values in weight matrices of gates get noise of a hundredth of the
   * deviation. Zeros are kept, because they mark token ids without a prior.
   *
   * @param fresh the filled model
   * @param change change of the experts' weight matrices
   * @param seed seed of the gates' noise
   */
  public void spread(Model<?> fresh, FeedForward.WeightChange change, long seed) {
    for (Parameter parameter : fresh.parameters()) {
      Place place = parameter.place();
      if (!parameter.decays()) {
        continue;
      }
      if (place.expertAxis().isPresent()) {
        CounterRandom random = new CounterRandom(CounterRandom.fold(seed, parameter.name()));
        disturb(parameter, place.expertAxis().getAsInt(), random);
      } else if (place.expert().filter(e -> groups(place).isFurtherCopy(e.number())).isPresent()) {
        INDArray value = parameter.value();
        int columns = (int) value.size(1);
        write(value, change.apply(place.name(), parameter.deviation(), columns, doubles(value)));
      }
    }
  }

  private void disturb(Parameter parameter, int axis, CounterRandom random) {
    ExpertGroups own = groups(parameter.place());
    double deviation = GATE_NOISE * parameter.value().stdNumber().doubleValue();
    for (int e = 0; e < own.size(); e++) {
      if (own.isFurtherCopy(e)) {
        INDArray ofExpert = ofExpert(parameter.value(), axis, e);
        double[] values = doubles(ofExpert);
        for (int i = 0; i < values.length; i++) {
          values[i] +=
              values[i] == 0 ? 0 : deviation * random.gaussian((long) e * values.length + i);
        }
        write(ofExpert, values);
      }
    }
  }

  private static void write(INDArray array, double[] values) {
    array.assign(Nd4j.createFromArray(values).castTo(array.dataType()).reshape(array.shape()));
  }

  /**
   * Fills an optimizer.
   *
   * @param fresh the filled model
   * @param from moments of the old model
   * @param into receives the moments of the new model
   */
  public void fill(Model<?> fresh, Optimizer from, Optimizer into) {
    for (Parameter parameter : fresh.parameters()) {
      Place place = parameter.place();
      List<String> names =
          place
              .expert()
              .map(expert -> groups(place).of(expert.number()).stream().map(expert::of).toList())
              .orElse(List.of(place.name()));
      Map<String, INDArray> first = new HashMap<>();
      Map<String, INDArray> second = new HashMap<>();
      long updates = 0;
      for (String name : names) {
        Parameter before = oldParameters.get(name);
        Moments found = before == null ? null : from.moments(before).orElse(null);
        if (found != null) {
          first.put(name, found.first());
          found.second().ifPresent(array -> second.put(name, array));
          updates = Math.max(updates, found.updates());
        }
      }
      if (first.keySet().containsAll(names)) {
        Moments moments = into.zeros(parameter, updates);
        INDArray value = parameter.value();
        moments.first().assign(converted(place, value, first::get));
        moments.second().ifPresent(to -> to.assign(converted(place, value, second::get)));
        into.restore(parameter, moments);
      }
    }
  }

  private static void requireSameBeginning(GateState state, @Nullable INDArray fresh) {
    boolean other =
        fresh != null && state.value().equalShapes(fresh) && !state.value().equals(fresh);
    if (state.namesExperts() || other) {
      throw new CheckpointException(
          "%s depends on the number of experts in a way that cannot be converted"
              .formatted(state.name()));
    }
  }

  private INDArray converted(
      Place place, INDArray like, Function<String, @Nullable INDArray> source) {
    ExpertPlace expert = place.expert().orElse(null);
    if (expert != null) {
      return mean(
          groups(place).of(expert.number()).stream()
              .map(number -> fitting(expert.of(number), like, source.apply(expert.of(number))))
              .toList());
    }
    INDArray array = source.apply(place.name());
    if (place.expertAxis().isPresent()) {
      return alongExperts(place, array, like);
    }
    if (place.ofGate() && array != null && mayCountExperts(place, array, like)) {
      throw new CheckpointException(
          place.name()
              + " depends on the number of experts, and its gate does not say along which axis"
              + " (Scope.alongExperts)");
    }
    return fitting(place.name(), like, array);
  }

  /**
   * Returns whether an array without an axis for experts may still have one. This is assumed if its
   * size differs, or if experts change places and it has as many entries as experts.
   */
  private boolean mayCountExperts(Place place, INDArray array, INDArray like) {
    boolean moved = groups(place).size() == experts && !groups(place).isIdentity();
    return !array.equalShapes(like)
        || (moved && Arrays.stream(array.shape()).anyMatch(size -> size == experts));
  }

  /**
   * Returns the means along the axis that has the old number of experts there and the new one here.
   */
  private INDArray alongExperts(Place place, @Nullable INDArray array, INDArray like) {
    int axis = place.expertAxis().orElseThrow();
    long[] wanted = like.shape().clone();
    wanted[axis] = experts;
    if (array == null || !Arrays.equals(array.shape(), wanted)) {
      throw unfit(place.name(), like, array);
    }
    INDArray result = Nd4j.create(like.dataType(), like.shape());
    ExpertGroups own = groups(place);
    for (int e = 0; e < own.size(); e++) {
      List<INDArray> sources = new ArrayList<>();
      for (int source : own.of(e)) {
        sources.add(ofExpert(array, axis, source));
      }
      ofExpert(result, axis, e).assign(mean(sources));
    }
    return result;
  }

  /** Returns a view of the part of one expert, with the axis of experts. */
  private static INDArray ofExpert(INDArray array, int axis, int expert) {
    INDArrayIndex[] part = new INDArrayIndex[array.rank()];
    Arrays.fill(part, NDArrayIndex.all());
    part[axis] = NDArrayIndex.interval(expert, expert + 1);
    return array.get(part);
  }

  private static double[] doubles(INDArray array) {
    return array.castTo(DataType.DOUBLE).ravel().toDoubleVector();
  }

  private static INDArray mean(List<INDArray> arrays) {
    if (arrays.size() == 1) {
      return arrays.get(0);
    }
    INDArray sum = arrays.get(0).dup('c');
    arrays.subList(1, arrays.size()).forEach(sum::addi);
    return sum.divi(arrays.size());
  }

  private static INDArray fitting(String name, INDArray like, @Nullable INDArray array) {
    if (array == null || !array.equalShapes(like)) {
      throw unfit(name, like, array);
    }
    return array;
  }

  private static CheckpointException unfit(String name, INDArray like, @Nullable INDArray array) {
    return new CheckpointException(
        "%s cannot be converted: it is %s, wanted %s"
            .formatted(
                name,
                array == null ? "missing" : Arrays.toString(array.shape()),
                Arrays.toString(like.shape())));
  }

  /**
   * The old experts that each expert of a converted checkpoint is created from.
   *
   * @param groups for each new expert the old ones that are averaged, at least one each
   */
  public record ExpertGroups(List<List<Integer>> groups) {

    /** Rejects empty lists and groups, negative numbers, and duplicates in a group. */
    public ExpertGroups {
      groups = groups.stream().map(List::copyOf).toList();
      if (groups.isEmpty() || groups.stream().anyMatch(List::isEmpty)) {
        throw new IllegalArgumentException(
            "experts must be at least 1, each from at least 1, were " + groups);
      }
      if (groups.stream().flatMap(List::stream).anyMatch(expert -> expert < 0)) {
        throw new IllegalArgumentException("experts must be at least 0, were " + groups);
      }
      for (List<Integer> group : groups) {
        if (group.stream().distinct().count() < group.size()) {
          throw new IllegalArgumentException(
              "experts of one mean must be different ones, were " + group);
        }
      }
    }

    /** Selects experts, in this order. */
    public static ExpertGroups select(List<Integer> experts) {
      return new ExpertGroups(experts.stream().map(List::of).toList());
    }

    /** Returns one expert, the mean of {@code experts} old ones. */
    public static ExpertGroups mergeAll(int experts) {
      return new ExpertGroups(List.of(IntStream.range(0, experts).boxed().toList()));
    }

    /**
     * Copies the old experts in turn: of 4 old ones, new expert 5 is a copy of 1.
     *
     * @param experts number of old experts
     * @param wanted number of new experts, more than {@code experts}
     */
    public static ExpertGroups spawn(int experts, int wanted) {
      if (wanted <= experts) {
        throw new IllegalArgumentException(
            "spawned experts must be more than the %d there are, was %d"
                .formatted(experts, wanted));
      }
      return new ExpertGroups(
          IntStream.range(0, wanted).mapToObj(expert -> List.of(expert % experts)).toList());
    }

    /** Returns the number of new experts. */
    public int size() {
      return groups.size();
    }

    /** Returns the old experts that new expert number {@code expert} averages. */
    List<Integer> of(int expert) {
      return groups.get(expert);
    }

    /** Returns whether an earlier expert has the same sources, in any order. */
    boolean isFurtherCopy(int expert) {
      Set<Integer> own = Set.copyOf(groups.get(expert));
      return groups.stream().limit(expert).anyMatch(group -> Set.copyOf(group).equals(own));
    }

    /** Returns whether each expert is copied from the one with its own number. */
    boolean isIdentity() {
      return IntStream.range(0, groups.size()).allMatch(e -> groups.get(e).equals(List.of(e)));
    }

    /** Rejects old experts that do not exist. */
    void requireWithin(int experts) {
      int last =
          groups.stream().flatMap(List::stream).mapToInt(Integer::intValue).max().orElseThrow();
      if (last >= experts) {
        throw new IllegalArgumentException(
            "experts must be in 0..%d, was %d".formatted(experts - 1, last));
      }
    }
  }
}
