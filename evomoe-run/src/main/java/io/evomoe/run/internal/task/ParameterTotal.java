package io.evomoe.run.internal.task;

/**
 * The size of a model's trainable parameters.
 *
 * @param numbers trainable numbers, at least 0
 * @param arrays arrays of these numbers, at least 0
 */
public record ParameterTotal(long numbers, long arrays) {
  static final ParameterTotal NONE = new ParameterTotal(0, 0);

  /** Returns one array of this size; none if it is 0. */
  static ParameterTotal array(long numbers) {
    return numbers == 0 ? NONE : new ParameterTotal(numbers, 1);
  }

  /** Returns the parameters of a linear layer. */
  static ParameterTotal linear(long in, long out, boolean biased) {
    return array(in * out).plus(biased ? array(out) : NONE);
  }

  ParameterTotal plus(ParameterTotal other) {
    return new ParameterTotal(numbers + other.numbers, arrays + other.arrays);
  }

  ParameterTotal times(long count) {
    return new ParameterTotal(count * numbers, count * arrays);
  }
}
