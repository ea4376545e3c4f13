package io.evomoe.models.gguf;

import io.evomoe.models.hub.PublishedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A tensor of a GGUF file.
 *
 * @param name in llama.cpp
 * @param shape sizes, row length last; the file has them in reverse order
 * @param type of its elements
 * @param parts float32 arrays, concatenated along the first axis; each is made when it is written
 */
record GgufTensor(String name, List<Long> shape, GgufType type, List<Supplier<INDArray>> parts) {
  /** These tensors are float32 in every file, as in llama.cpp's converter. */
  private static final List<String> ALWAYS_FLOAT =
      List.of("_norm.weight", ".ffn_gate_inp.weight", "position_embd.weight");

  /**
   * One or more published tensors that become one.
   *
   * @param shape of each
   * @param parts by expert, or one
   * @param stacked whether the number of parts is a dimension of its own
   */
  private record Stacked(
      List<Long> shape, Map<Integer, Supplier<INDArray>> parts, boolean stacked) {}

  GgufTensor {
    shape = List.copyOf(shape);
    parts = List.copyOf(parts);
  }

  long elements() {
    return shape.stream().mapToLong(n -> n).reduce(1, Math::multiplyExact);
  }

  long bytes() {
    return type.bytes(elements());
  }

  /**
   * Returns all tensors; nothing is converted yet.
   *
   * @param published by name
   * @param type of matrices
   * @throws IllegalArgumentException for a tensor that the architecture does not support
   */
  static List<GgufTensor> of(
      GgufArchitecture architecture,
      PublishedModel model,
      Map<String, INDArray> published,
      GgufType type) {
    List<TensorRule> rules = architecture.rules(model);
    Map<String, Stacked> stacks = new LinkedHashMap<>();
    published.forEach(
        (name, values) -> {
          List<TensorRule> matching = rules.stream().filter(rule -> rule.matches(name)).toList();
          if (matching.isEmpty()) {
            throw new IllegalArgumentException(
                "the %s of llama.cpp has no place for tensor %s"
                    .formatted(architecture.name(), name));
          }
          matching.stream()
              .filter(rule -> rule.name() != null)
              .forEach(rule -> place(stacks, name, values, rule));
        });
    List<GgufTensor> tensors = new ArrayList<>(architecture.computed(model));
    stacks.forEach((name, stack) -> tensors.add(tensor(name, stack, type)));
    return tensors;
  }

  private static void place(
      Map<String, Stacked> stacks, String published, INDArray tensor, TensorRule rule) {
    List<Long> shape = Arrays.stream(rule.layout().shape().apply(tensor.shape())).boxed().toList();
    Stacked stack =
        stacks.computeIfAbsent(
            rule.name(published),
            name -> new Stacked(shape, new TreeMap<>(), rule.expert(published).isPresent()));
    int part = rule.expert(published).orElse(0);
    if (!stack.shape().equals(shape)
        || stack.parts().put(part, () -> rule.layout().values().apply(tensor)) != null) {
      throw new IllegalArgumentException(
          "tensor %s has the place of another one, or another shape".formatted(published));
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
