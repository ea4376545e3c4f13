package io.evomoe.run.internal.task;

/**
 * How much there is to train in a model.
 *
 * @param numbers trainable ones, at least 0
 * @param arrays that hold them, at least 0
 */
public record ParameterTotal(long numbers, long arrays) {
  static final ParameterTotal NONE = new ParameterTotal(0, 0);

  /** One array of so many numbers; none where that is 0. */
  static ParameterTotal array(long numbers) {
    return numbers == 0 ? NONE : new ParameterTotal(numbers, 1);
  }

  /** Of a linear map. */
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
