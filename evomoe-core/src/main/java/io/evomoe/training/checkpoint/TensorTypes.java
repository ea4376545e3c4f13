package io.evomoe.training.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;

/** Maps element types to their names in safetensors files. */
final class TensorTypes {
  private static final Map<String, DataType> BY_NAME =
      Map.ofEntries(
          Map.entry("F64", DataType.DOUBLE),
          Map.entry("F32", DataType.FLOAT),
          Map.entry("F16", DataType.FLOAT16),
          Map.entry("BF16", DataType.BFLOAT16),
          Map.entry("I64", DataType.INT64),
          Map.entry("I32", DataType.INT32),
          Map.entry("I16", DataType.INT16),
          Map.entry("I8", DataType.INT8),
          Map.entry("U8", DataType.UINT8),
          Map.entry("BOOL", DataType.BOOL));
  private static final Map<DataType, String> NAMES =
      BY_NAME.entrySet().stream()
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, Map.Entry::getKey));

  private TensorTypes() {}

  static Optional<DataType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  static Optional<String> nameOf(DataType type) {
    return Optional.ofNullable(NAMES.get(type));
  }
}
