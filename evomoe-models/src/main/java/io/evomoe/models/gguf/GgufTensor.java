package io.evomoe.models.gguf;

import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.hub.PublishedFamily;
import io.evomoe.models.internal.hub.WeightRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
   * @param published tensors in the form of the model's family, by name
   * @param type of matrices
   */
  static List<GgufTensor> of(
      GgufArchitecture architecture,
      PublishedModel model,
      Map<String, INDArray> published,
      GgufType type) {
    boolean gated = model.config().stack().block().feedForward().gated();
    Map<String, List<INDArray>> parts = new LinkedHashMap<>();
    PublishedFamily family = PublishedFamily.named(model.modelType());
    for (WeightRule rule : family.names(model, published.keySet()).rules()) {
      for (int i = 0; i < rule.published().size(); i++) {
        parts
            .computeIfAbsent(GgufNames.of(rule, i, gated), name -> new ArrayList<>())
            .add(Objects.requireNonNull(published.get(rule.published().get(i))));
      }
    }
    if (architecture.repeatsHead(model)) {
      parts.put(GgufNames.HEAD, Objects.requireNonNull(parts.get(GgufNames.TOKENS)));
    }
    List<GgufTensor> tensors = new ArrayList<>(architecture.computed(model));
    parts.forEach(
        (name, arrays) ->
            tensors.add(tensor(name, arrays, architecture.layout(model, name), type)));
    return tensors;
  }

  static GgufTensor tensor(String name, List<INDArray> parts, TensorLayout layout, GgufType type) {
    boolean stacked = GgufNames.isStacked(name);
    boolean fits = parts.stream().allMatch(parts.get(0)::equalShapes);
    if (!fits || (!stacked && parts.size() > 1)) {
      throw new IllegalArgumentException(
          "tensor %s must be of one published tensor, or of experts of one shape, was of %s"
              .formatted(name, parts.stream().map(part -> Arrays.toString(part.shape())).toList()));
    }
    List<Long> shape = new ArrayList<>();
    if (stacked) {
      shape.add((long) parts.size());
    }
    Arrays.stream(layout.shape().apply(parts.get(0).shape())).forEach(shape::add);
    List<Supplier<INDArray>> values = new ArrayList<>();
    parts.forEach(part -> values.add(() -> layout.values().apply(part)));
    return new GgufTensor(name, shape, typeOf(name, shape, type), values);
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
