package io.evomoe.run.tensorboard;

import java.util.List;
import java.util.stream.IntStream;

/** The values of one step: a Summary of {@code tensorflow/core/framework/summary.proto}. */
final class Summary {
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;
  private static final int HISTOGRAM = 5;
  private static final int TENSOR = 8;
  private static final int METADATA = 9;
  private static final int DATA_TYPE_STRING = 7;

  private final Message message = new Message();

  Message message() {
    return message;
  }

  void scalar(String tag, double value) {
    message.message(VALUE, new Message().text(TAG, tag).single(SIMPLE_VALUE, value));
  }

  /**
   * Adds a histogram of expert indices by assignment: expert e is the bucket from e - 0.5 to e +
   * 0.5.
   *
   * @param load assignments of each expert, at least one expert
   */
  void load(String tag, List<Integer> load) {
    double sum = 0;
    double squares = 0;
    double count = 0;
    for (int e = 0; e < load.size(); e++) {
      count += load.get(e);
      sum += (double) e * load.get(e);
      squares += (double) e * e * load.get(e);
    }
    List<Double> limits = IntStream.range(0, load.size()).mapToObj(e -> e + 0.5).toList();
    Message histogram =
        new Message()
            .number(1, -0.5)
            .number(2, load.size() - 0.5)
            .number(3, count)
            .number(4, sum)
            .number(5, squares)
            .numbers(6, limits)
            .numbers(7, load.stream().map(Integer::doubleValue).toList());
    message.message(VALUE, new Message().text(TAG, tag).message(HISTOGRAM, histogram));
  }

  /** Adds a text in the form of TensorBoard's text plugin: a tensor of one string. */
  void text(String tag, String text) {
    Message plugin = new Message().text(1, "text");
    Message one = new Message().integer(1, 1);
    Message tensor =
        new Message()
            .integer(1, DATA_TYPE_STRING)
            .message(2, new Message().message(2, one))
            .text(8, text);
    message.message(
        VALUE,
        new Message()
            .text(TAG, tag)
            .message(TENSOR, tensor)
            .message(METADATA, new Message().message(1, plugin)));
  }
}
