import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * The dense GPT of {@code bench step} written in plain SameDiff, as a DL4J user would do it today:
 * the same sizes and number of parameters, ND4J's own operations and updater, {@code fit} on one
 * batch of random tokens a step. Prints the same kind of JSON line.
 *
 * <p>Options and defaults are those of {@code bench step}; what a dense model does not have is
 * ignored.
 */
public final class SameDiffPeer {
  private final Map<String, String> options = new HashMap<>();
  private final SameDiff graph = SameDiff.create();
  private final int layers;
  private final int width;
  private final int hidden;
  private final int heads;
  private final int vocabulary;
  private final int sequence;
  private final int batch;
  private long parameters;

  private SameDiffPeer(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      boolean flag = i + 1 == arguments.length || arguments[i + 1].startsWith("--");
      options.put(arguments[i], flag ? "" : arguments[++i]);
    }
    layers = option("--layers", 4);
    width = option("--d-model", 256);
    hidden = option("--d-ff", 1024);
    heads = option("--heads", 8);
    vocabulary = option("--vocab", 4096);
    sequence = option("--seq", 128);
    batch = option("--batch", 16);
  }

  private int option(String name, int otherwise) {
    return Integer.parseInt(options.getOrDefault(name, Integer.toString(otherwise)));
  }

  public static void main(String[] arguments) {
    if (!Arrays.asList(arguments).contains("--gate") || Arrays.asList(arguments).contains("dense")) {
      new SameDiffPeer(arguments).run();
    } else {
      System.err.println("the SameDiff peer has --gate dense only");
      System.exit(2);
    }
    System.exit(0);
  }

  private void run() {
    build();
    graph.setTrainingConfig(
        TrainingConfig.builder()
            .updater(new Adam(1e-3, 0.9, 0.95, 1e-8))
            .dataSetFeatureMapping("ids")
            .dataSetLabelMapping("targets")
            .build());
    int warmup = option("--warmup", 3);
    int steps = option("--steps", 8);
    Random random = new Random(1);
    List<Double> seconds = new ArrayList<>();
    for (int step = 0; step < warmup + steps; step++) {
      MultiDataSet data = new MultiDataSet(tokens(random), tokens(random));
      long start = System.nanoTime();
      graph.fit(data);
      if (step >= warmup) {
        seconds.add((System.nanoTime() - start) * 1e-9);
      }
    }
    seconds.sort(null);
    double median = seconds.get(steps / 2);
    System.out.printf(
        Locale.ROOT,
        "{\"peer\":\"samediff\",\"gate\":\"dense\",\"precision\":\"f32\",\"params\":%d,"
            + "\"ms_per_step\":%.2f,\"tokens_per_s\":%.1f,\"active_experts\":1.0}%n",
        parameters,
        1000 * median,
        sequence * batch / median);
  }

  private INDArray tokens(Random random) {
    int[] ids = random.ints((long) batch * sequence, 0, vocabulary).toArray();
    return Nd4j.createFromArray(ids).reshape(batch, sequence);
  }

  private void build() {
    SDVariable ids = graph.placeHolder("ids", DataType.INT, batch, sequence);
    SDVariable targets = graph.placeHolder("targets", DataType.INT, batch, sequence);
    SDVariable table = weight("tokens", vocabulary, width);
    SDVariable positions = weight("positions", sequence, width);
    // gather's own gradient fails in ND4J M2.1, for ids of any shape.
    SDVariable chosen = graph.oneHot(ids.reshape((long) batch * sequence), vocabulary);
    SDVariable places = graph.constant("places", repeatedIdentity());
    SDVariable x = chosen.castTo(DataType.FLOAT).mmul(table).add(places.mmul(positions));
    for (int layer = 0; layer < layers; layer++) {
      String name = "block" + layer;
      x = x.add(attention(name, norm(name + ".attentionNorm", x)));
      x = x.add(feedForward(name, norm(name + ".feedForwardNorm", x)));
    }
    SDVariable logits = norm("finalNorm", x).mmul(graph.transpose(table));
    SDVariable labels = targets.reshape((long) batch * sequence);
    graph.loss.sparseSoftmaxCrossEntropy(logits, labels).mean().markAsLoss();
  }

  /** Position t of every sequence reads row t of the table of positions. */
  private INDArray repeatedIdentity() {
    return Nd4j.tile(Nd4j.eye(sequence).castTo(DataType.FLOAT), batch, 1);
  }

  private SDVariable attention(String name, SDVariable x) {
    SDVariable q = split(linear(name + ".query", x, width, width));
    SDVariable k = split(linear(name + ".key", x, width, width));
    SDVariable v = split(linear(name + ".value", x, width, width));
    SDVariable scores =
        graph.mmul(q, k, false, true, false).mul(1 / Math.sqrt((double) width / heads));
    SDVariable mixed = graph.nn.softmax(scores.add(mask()), 3).mmul(v);
    SDVariable rows = graph.permute(mixed, 0, 2, 1, 3).reshape((long) batch * sequence, width);
    return linear(name + ".projection", rows, width, width);
  }

  /** From rows to [batch, heads, sequence, width / heads]. */
  private SDVariable split(SDVariable rows) {
    return graph.permute(rows.reshape(batch, sequence, heads, width / heads), 0, 2, 1, 3);
  }

  private SDVariable mask() {
    if (!graph.hasVariable("mask")) {
      INDArray mask = Nd4j.zeros(DataType.FLOAT, 1, 1, sequence, sequence);
      for (int i = 0; i < sequence; i++) {
        for (int j = i + 1; j < sequence; j++) {
          mask.putScalar(new int[] {0, 0, i, j}, -1e9);
        }
      }
      return graph.constant("mask", mask);
    }
    return graph.getVariable("mask");
  }

  private SDVariable feedForward(String name, SDVariable x) {
    SDVariable expanded = linear(name + ".expand", x, width, hidden);
    return linear(name + ".contract", graph.nn.preciseGelu(expanded), hidden, width);
  }

  private SDVariable linear(String name, SDVariable x, int in, int out) {
    return x.mmul(weight(name + ".weight", in, out)).add(filled(name + ".bias", 0, out));
  }

  private SDVariable norm(String name, SDVariable x) {
    SDVariable centred = x.sub(x.mean(true, 1));
    SDVariable deviation = graph.math.sqrt(centred.mul(centred).mean(true, 1).add(1e-5));
    SDVariable scaled = centred.div(deviation).mul(filled(name + ".gain", 1, width));
    return scaled.add(filled(name + ".shift", 0, width));
  }

  private SDVariable weight(String name, long... shape) {
    return variable(name, Nd4j.randn(DataType.FLOAT, shape).muli(0.02));
  }

  private SDVariable filled(String name, double value, long length) {
    return variable(name, Nd4j.valueArrayOf(new long[] {length}, value, DataType.FLOAT));
  }

  private SDVariable variable(String name, INDArray values) {
    parameters += values.length();
    return graph.var(name, values);
  }
}
