package io.evomoe.peers.libtorch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** One training step in libtorch on the CPU, to set beside {@code evomoe bench step}. */
public final class LibtorchPeer {
  private static final long SEED = 1;
  private static final int GEMM_RUNS = 15;

  private final Options options;
  private final List<Double> losses = new ArrayList<>();
  private final List<Double> millis = new ArrayList<>();
  private final List<Double> active = new ArrayList<>();

  private LibtorchPeer(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) {
    try {
      new LibtorchPeer(new Options(arguments)).run();
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private void run() {
    torch.manual_seed(SEED);
    Gpt model = new Gpt(options);
    FusedAdamW optimizer = new FusedAdamW(model.parameters());
    Tensor first = text();
    int warmup = options.number("--warmup");
    for (int step = 0; step < warmup + options.number("--steps"); step++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor text = step == 0 || options.has("--one-batch") ? first : text();
        long start = System.nanoTime();
        losses.add(step(model, optimizer, text));
        if (step >= warmup) {
          millis.add((System.nanoTime() - start) * 1e-6);
          model.mixtures().forEach(mixture -> active.add(mixture.active()));
        }
      }
    }
    print(result(model));
  }

  private Tensor text() {
    long[] shape = {options.number("--batch"), options.number("--seq") + 1};
    return torch.randint(options.number("--vocab"), shape);
  }

  private double step(Gpt model, FusedAdamW optimizer, Tensor text) {
    long length = options.number("--seq");
    optimizer.forget();
    Tensor loss = model.loss(text.narrow(1, 0, length), text.narrow(1, 1, length));
    loss.backward();
    optimizer.step();
    double value = loss.item_double();
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("the loss of step " + losses.size() + " is " + value);
    }
    return value;
  }

  private Map<String, Object> result(Gpt model) {
    double[] sorted = millis.stream().mapToDouble(m -> m).sorted().toArray();
    double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    int tokens = options.number("--batch") * options.number("--seq");
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("peer", "libtorch");
    result.put("gate", options.text("--gate"));
    result.put("precision", options.text("--precision"));
    result.put("threads", torch.get_num_threads());
    result.put("params", model.parameters().stream().mapToLong(Tensor::numel).sum());
    result.put("ms_per_step", median);
    result.put("tokens_per_s", 1000 * tokens / median);
    result.put("gemm_peak_gflops", gemmPeak());
    result.put("active_experts", active.stream().mapToDouble(a -> a).average().orElse(1));
    result.put("first_loss", losses.get(0));
    result.put("last_loss", losses.get(losses.size() - 1));
    return result;
  }

  /** GFLOP/s of a large product, the best of a few. */
  private double gemmPeak() {
    Tensor a = Linear.rounded(torch.randn(1024, 1024), options.bf16());
    Tensor b = Linear.rounded(torch.randn(1024, 4096), options.bf16());
    double[] seconds = new double[GEMM_RUNS];
    for (int i = 0; i < GEMM_RUNS; i++) {
      long start = System.nanoTime();
      torch.mm(a, b).close();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    return 2.0 * 1024 * 1024 * 4096 / Arrays.stream(seconds).min().orElseThrow() * 1e-9;
  }

  private void print(Map<String, Object> result) {
    if (options.has("--json")) {
      System.out.println(
          result.entrySet().stream()
              .map(field -> "\"" + field.getKey() + "\": " + json(field.getValue()))
              .collect(Collectors.joining(", ", "{", "}")));
    } else {
      result.forEach((name, value) -> System.out.printf("%-18s%s%n", name, value));
    }
  }

  private static String json(Object value) {
    return value instanceof String ? "\"" + value + "\"" : value.toString();
  }
}
