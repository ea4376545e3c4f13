package io.evomoe.peers.libtorch;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Experts, each on its own tokens only; an expert without tokens is not run. */
final class Mixture {
  /** oneDNN, which multiplies in bfloat16, compiles for each number of rows. */
  private static final int ROUNDED_ROWS = 16;

  private final Options options;
  private final Tensor router;
  private final List<FeedForward> experts;
  private Tensor balance;
  private double active;

  Mixture(Parameters parameters, Options options) {
    this.options = options;
    router = parameters.drawn(options.number("--experts"), options.width());
    experts =
        IntStream.range(0, options.number("--experts"))
            .mapToObj(e -> new FeedForward(parameters, options))
            .toList();
  }

  /** Of the last pass. */
  Tensor balance() {
    return balance;
  }

  /** Experts a token in the last pass. */
  double active() {
    return active;
  }

  Tensor forward(Tensor x) {
    Tensor tokens = x.reshape(-1, x.size(-1));
    Tensor logits = torch.linear(tokens, router);
    Routing routing =
        options.text("--gate").equals("switch")
            ? Routing.ofSwitch(logits)
            : Routing.ofDts(
                logits, Double.parseDouble(options.text("--temperature")), options.has("--hard"));
    balance = routing.balance();
    Tensor rows = Linear.rounded(tokens, options.bf16());
    Tensor y = routing.best() == null ? masked(rows, routing) : sorted(rows, routing);
    return y.view(x.size(0), x.size(1), x.size(2));
  }

  /** One expert a token: the tokens sorted by expert, and back. */
  private Tensor sorted(Tensor tokens, Routing routing) {
    active = 1;
    SortedRows sorted =
        SortedRows.of(numbers(routing.best()), experts.size(), options.bf16() ? ROUNDED_ROWS : 1);
    Tensor rows = tokens.index_select(0, Tensor.create(sorted.order()));
    TensorVector pieces = rows.split_with_sizes(sorted.sizes());
    TensorVector outputs = new TensorVector();
    for (int e = 0; e < experts.size(); e++) {
      if (sorted.sizes()[e] > 0) {
        outputs.push_back(experts.get(e).forward(pieces.get(e)));
      }
    }
    Tensor chosen = routing.weights().gather(1, routing.best().unsqueeze(1));
    return torch.cat(outputs).index_select(0, Tensor.create(sorted.places())).mul(chosen);
  }

  /** Any number of experts a token. */
  private Tensor masked(Tensor tokens, Routing routing) {
    long[] counts =
        numbers(
            routing
                .mask()
                .sum(new long[] {0}, false, new ScalarTypeOptional())
                .toType(ScalarType.Long));
    active = LongStream.of(counts).sum() / (double) tokens.size(0);
    Tensor y = torch.zeros_like(tokens).toType(ScalarType.Float);
    for (int e = 0; e < counts.length; e++) {
      Tensor weights = routing.weights().narrow(1, e, 1);
      if (counts[e] == tokens.size(0)) {
        y = y.add(experts.get(e).forward(tokens).mul(weights));
      } else if (counts[e] > 0) {
        Tensor rows = routing.mask().select(1, e).nonzero().squeeze(1);
        Tensor output = experts.get(e).forward(tokens.index_select(0, rows));
        y = y.index_add(0, rows, output.mul(weights.index_select(0, rows)));
      }
    }
    return y;
  }

  private static long[] numbers(Tensor tensor) {
    long[] numbers = new long[(int) tensor.numel()];
    new LongPointer(tensor.data_ptr()).get(numbers);
    return numbers;
  }
}
