package io.evomoe.models.gguf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** llama.cpp of today, by its package for Node ({@code evomoe-bench/peers/llama.cpp}). */
final class NodeLlamaCpp {
  private static final Path PEER =
      Path.of("../evomoe-bench/peers/llama.cpp").toAbsolutePath().normalize();
  private static final ObjectMapper JSON = new ObjectMapper();

  private NodeLlamaCpp() {}

  static void assumeInstalled() {
    assumeTrue(
        Files.isDirectory(PEER.resolve("node_modules/node-llama-cpp")),
        "node-llama-cpp is not installed");
  }

  /**
   * Probabilities of the next token [tokens of all sequences, vocabulary] after each token.
   *
   * @param folder for what is asked and answered
   * @param ids of sequences of {@code length} tokens
   */
  static INDArray probabilities(Path model, int[] ids, int length, Path folder) {
    ObjectNode request = JSON.createObjectNode().put("model", model.toString());
    var sequences = request.putArray("sequences");
    for (int start = 0; start < ids.length; start += length) {
      var sequence = sequences.addArray();
      for (int i = start; i < start + length; i++) {
        sequence.add(ids[i]);
      }
    }
    List<double[]> rows = new ArrayList<>();
    for (JsonNode sequence : ask(request, folder).path("probabilities")) {
      for (JsonNode row : sequence) {
        rows.add(JSON.convertValue(row, double[].class));
      }
    }
    return Nd4j.createFromArray(rows.toArray(double[][]::new));
  }

  private static JsonNode ask(JsonNode request, Path folder) {
    try {
      Path asked = Files.writeString(folder.resolve("request.json"), request + "\n");
      Path answered = folder.resolve("answer.json");
      Path said = folder.resolve("errors.txt");
      Process node =
          new ProcessBuilder("node", "probabilities.mjs")
              .directory(PEER.toFile())
              .redirectInput(asked.toFile())
              .redirectOutput(answered.toFile())
              .redirectError(said.toFile())
              .start();
      boolean ended = node.waitFor(2, TimeUnit.MINUTES);
      node.destroyForcibly();
      if (!ended || node.exitValue() != 0) {
        throw new AssertionError("node failed: " + Files.readString(said));
      }
      return JSON.readTree(answered.toFile());
    } catch (IOException e) {
      throw new AssertionError("node cannot be run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
