package io.evomoe.run.task;

import io.evomoe.nn.MetaArrays;
import io.evomoe.nn.Parameter;
import io.evomoe.training.Model;
import java.util.List;
import java.util.function.Supplier;

/**
 * The size of a model's trainable parameters.
 *
 * @param numbers trainable numbers, at least 0
 * @param arrays arrays of these numbers, at least 0
 */
public record ParameterTotal(long numbers, long arrays) {

  /**
   * Counts the parameters of a model with all its experts, without memory for their values.
   *
   * @throws IllegalArgumentException if the Java heap cannot hold its arrays
   */
  static ParameterTotal of(Supplier<? extends Model<?>> model) {
    int heapBytes = MemoryLimit.ARRAYS_A_PARAMETER * MemoryLimit.HEAP_BYTES_AN_ARRAY;
    long most = Runtime.getRuntime().maxMemory() / heapBytes;
    List<Parameter> all = MetaArrays.make(most, model).parameters();
    return new ParameterTotal(all.stream().mapToLong(Parameter::length).sum(), all.size());
  }
}
