package io.evomoe.bench.llamacpp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.kherud.llama.LlamaModel;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * java-llama.cpp in a process of its own.
 *
 * @param model a GGUF file
 * @param context tokens that it may read
 * @param folder for what is asked and answered
 */
record JavaLlamaCpp(Path model, int context, Path folder) {

  /** Token ids of texts. */
  List<int[]> tokens(List<String> texts) {
    return ask(LlamaCppClient.TOKENS, texts, 0)
        .map(line -> Arrays.stream(line.split(",", -1)).mapToInt(Integer::parseInt).toArray())
        .toList();
  }

  /** The likeliest continuations, each of at most so many tokens. */
  List<String> continuations(List<String> prompts, int tokens) {
    return ask(LlamaCppClient.CONTINUATION, prompts, tokens)
        .map(line -> new String(Base64.getDecoder().decode(line), UTF_8))
        .toList();
  }

  private Stream<String> ask(String what, List<String> texts, int tokens) {
    try {
      Path asked = folder.resolve("asked.txt");
      Files.write(
          asked,
          texts.stream()
              .map(text -> what + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)))
              .toList());
      Path answered = folder.resolve("answered.txt");
      Path said = folder.resolve("said.txt");
      Process client =
          new ProcessBuilder(command(tokens))
              .redirectInput(asked.toFile())
              .redirectOutput(answered.toFile())
              .redirectError(said.toFile())
              .start();
      boolean ended = client.waitFor(2, TimeUnit.MINUTES);
      client.destroyForcibly().waitFor();
      assumeTrue(
          client.exitValue() != LlamaCppClient.NOT_LOADED, "java-llama.cpp does not load here");
      List<String> answers =
          Files.readAllLines(answered).stream()
              .filter(line -> line.startsWith("= "))
              .map(line -> line.substring(2))
              .toList();
      if (!ended || client.exitValue() != 0 || answers.size() != texts.size()) {
        throw new AssertionError("java-llama.cpp failed: " + Files.readString(said));
      }
      return answers.stream();
    } catch (IOException e) {
      throw new AssertionError("java-llama.cpp cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private List<String> command(int tokens) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-Djava.io.tmpdir=" + folder, // Where it unpacks its library.
        "-cp",
        location(LlamaCppClient.class) + File.pathSeparator + location(LlamaModel.class),
        LlamaCppClient.class.getName(),
        model.toString(),
        Integer.toString(context),
        Integer.toString(tokens));
  }

  private static Path location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
