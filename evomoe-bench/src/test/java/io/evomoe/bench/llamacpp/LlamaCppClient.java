package io.evomoe.bench.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;

/**
 * A program that runs a GGUF file in java-llama.cpp. A process of its own: what goes wrong in
 * native code ends it, and its threads do not end by themselves. Texts are in Base64, one a line.
 */
final class LlamaCppClient {
  /** Exit code where the native library does not load. */
  static final int NOT_LOADED = 3;

  /** Begins a line that asks for the tokens of a text. */
  static final String TOKENS = "tokens ";

  /** Begins a line that asks for the likeliest continuation of a text. */
  static final String CONTINUATION = "continuation ";

  private LlamaCppClient() {}

  /**
   * Answers standard input line by line.
   *
   * @param arguments the file, tokens of the context, tokens of a continuation
   */
  public static void main(String[] arguments) throws IOException {
    int context = Integer.parseInt(arguments[1]);
    int tokens = Integer.parseInt(arguments[2]);
    ModelParameters parameters =
        new ModelParameters()
            .setModel(arguments[0])
            .setCtxSize(context)
            .setThreads(1)
            .setThreadsBatch(1)
            .setGpuLayers(0)
            .setCacheTypeK(CacheType.F32)
            .setCacheTypeV(CacheType.F32)
            .disableContextShift()
            .skipWarmup()
            .disableLog();
    try (LlamaModel model = new LlamaModel(parameters);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      lines.lines().forEach(line -> System.out.println("= " + answer(model, line, tokens)));
    } catch (UnsatisfiedLinkError e) {
      System.err.println(e.getMessage());
      System.exit(NOT_LOADED);
    }
    System.exit(0);
  }

  private static String answer(LlamaModel model, String line, int tokens) {
    String text =
        new String(Base64.getDecoder().decode(line.substring(line.indexOf(' ') + 1)), UTF_8);
    if (line.startsWith(TOKENS)) {
      return Arrays.stream(model.encode(text))
          .mapToObj(Integer::toString)
          .collect(Collectors.joining(","));
    }
    InferenceParameters greedy =
        new InferenceParameters(text).setNPredict(tokens).setTemperature(0).setTopK(1);
    return Base64.getEncoder().encodeToString(model.complete(greedy).getBytes(UTF_8));
  }
}
