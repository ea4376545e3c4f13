package io.evomoe.run.task;

/**
 * The size of a model's trainable parameters.
 *
 * @param numbers trainable numbers, at least 0
 * @param arrays arrays of these numbers, at least 0
 */
public record ParameterTotal(long numbers, long arrays) {
  /** No parameters. */
  public static final ParameterTotal NONE = new ParameterTotal(0, 0);

  /** Returns one array of this size; none if it is 0. */
  public static ParameterTotal array(long numbers) {
    return numbers == 0 ? NONE : new ParameterTotal(numbers, 1);
  }

  /** Returns the parameters of a linear layer. */
  public static ParameterTotal linear(long in, long out, boolean biased) {
    return array(in * out).plus(biased ? array(out) : NONE);
  }

  /** Returns the sum of both. */
  public ParameterTotal plus(ParameterTotal other) {
    return new ParameterTotal(numbers + other.numbers, arrays + other.arrays);
  }

  /** Returns this many of them. */
  public ParameterTotal times(long count) {
    return new ParameterTotal(count * numbers, count * arrays);
  }
}
