package io.evomoe.models.gguf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Assembles the tensors of a file from the published ones, by an architecture's rules. */
final class GgufTensors {
  /** These tensors are float32 in every file, as in llama.cpp's converter. */
  private static final List<String> ALWAYS_FLOAT =
      List.of("_norm.weight", ".ffn_gate_inp.weight", "position_embd.weight");

  private final Map<String, Stacked> stacks = new LinkedHashMap<>();

  /**
   * One or more published tensors that become one.
   *
   * @param shape of each
   * @param parts by expert, or one
   * @param stacked whether the number of parts is a dimension of its own
   */
  private record Stacked(
      List<Long> shape, Map<Integer, Supplier<INDArray>> parts, boolean stacked) {}

  private GgufTensors() {}

  /**
   * Returns all tensors; nothing is converted yet.
   *
   * @param published by name
   * @param type of matrices
   * @throws IllegalArgumentException for a tensor that the architecture does not support
   */
  static List<GgufTensor> of(
      GgufArchitecture architecture,
      GgufConfig config,
      Map<String, INDArray> published,
      GgufType type) {
    List<TensorRule> rules = architecture.rules(config);
    GgufTensors made = new GgufTensors();
    published.forEach((name, tensor) -> made.place(name, tensor, rules, architecture));
    List<GgufTensor> tensors = new ArrayList<>(architecture.computed(config));
    made.stacks.forEach((name, stack) -> tensors.add(tensor(name, stack, type)));
    return tensors;
  }

  private void place(
      String published, INDArray tensor, List<TensorRule> rules, GgufArchitecture architecture) {
    List<TensorRule> matching = rules.stream().filter(rule -> rule.matches(published)).toList();
    if (matching.isEmpty()) {
      throw new IllegalArgumentException(
          "the %s of llama.cpp has no place for tensor %s"
              .formatted(architecture.name(), published));
    }
    for (TensorRule rule : matching) {
      if (rule.name() != null) {
        place(published, tensor, rule);
      }
    }
  }

  private void place(String published, INDArray tensor, TensorRule rule) {
    List<Long> shape = Arrays.stream(rule.layout().shape().apply(tensor.shape())).boxed().toList();
    Stacked stack =
        stacks.computeIfAbsent(
            rule.name(published),
            name -> new Stacked(shape, new TreeMap<>(), rule.expert(published).isPresent()));
    int part = rule.expert(published).orElse(0);
    boolean taken = stack.parts().put(part, () -> rule.layout().values().apply(tensor)) != null;
    if (taken || !stack.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "tensor %s must be one of its own, %s; was %s"
              .formatted(published, stack.shape(), shape));
    }
  }

  private static GgufTensor tensor(String name, Stacked stack, GgufType type) {
    List<Long> shape = new ArrayList<>(stack.shape());
    if (stack.stacked()) {
      shape.add(0, (long) stack.parts().size());
    }
    return new GgufTensor(
        name, shape, typeOf(name, shape, type), List.copyOf(stack.parts().values()));
  }

  /** Rows that are not whole blocks are F16, as in llama.cpp's converter. */
  private static GgufType typeOf(String name, List<Long> shape, GgufType type) {
    boolean matrix = shape.size() > 1 && name.endsWith(".weight");
    if (!matrix || ALWAYS_FLOAT.stream().anyMatch(name::endsWith)) {
      return GgufType.F32;
    }
    return type.fits(shape.get(shape.size() - 1)) ? type : GgufType.F16;
  }
}
