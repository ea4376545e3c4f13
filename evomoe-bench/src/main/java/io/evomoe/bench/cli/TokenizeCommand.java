package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.Utf8Lines;
import io.evomoe.models.internal.hub.TokenizerFiles;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.Run;
import io.evomoe.run.record.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code evomoe tokenize}: a text as token ids, and back. */
@Command(
    name = "tokenize",
    description = "Prints the token ids and pieces of a text, or the text of token ids.",
    footer = {
      "evomoe tokenize --from runs/mine \"The state of\"",
      "evomoe tokenize --from models/llama --ids 464,1181,286"
    })
final class TokenizeCommand implements Runnable {
  @Option(
      names = "--from",
      required = true,
      description = "run folder, or a folder with tokenizer.json or vocab.json and merges.txt")
  Path from = Path.of(".");

  @Parameters(
      arity = "0..1",
      paramLabel = "TEXT",
      description = "text to encode (default: standard input)")
  @Nullable String text;

  @Option(names = "--ids", split = ",", description = "token ids to decode, e.g. 1,2,3")
  int @Nullable [] ids;

  @Option(names = "--json", description = "print one line of JSON: ids, pieces and text")
  boolean json;

  @Override
  public void run() {
    if (ids != null && text != null) {
      throw new IllegalArgumentException("--ids cannot be given with a text, was " + text);
    }
    // The files of a tokenizer are in a folder of Hugging Face, or below that of a run.
    Path folder = Files.isRegularFile(from) ? from.resolveSibling("") : from;
    Optional<Path> files =
        Stream.of(folder, from.resolve("tokenizer")).filter(TokenizerFiles::isIn).findFirst();
    if (files.isPresent()) {
      print(Tokenizer.load(files.get()));
      return;
    }
    try (Run<?> run = Run.open(from)) {
      print(run.tokenizer());
    }
  }

  private void print(Tokenizer tokenizer) {
    int[] given = ids;
    String read = given != null ? tokenizer.decode(given) : text != null ? text : Utf8Lines.piped();
    int[] all = given != null ? given : tokenizer.encode(read);
    List<String> pieces =
        IntStream.of(all).mapToObj(id -> tokenizer.decode(new int[] {id})).toList();
    if (json) {
      System.out.println(Json.line(new Tokens(all, pieces, read)));
    } else if (given != null) {
      System.out.println(read);
    } else {
      for (int i = 0; i < all.length; i++) {
        System.out.println(all[i] + "\t" + visible(pieces.get(i)));
      }
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // written as JSON alone
  private record Tokens(int[] ids, List<String> pieces, String text) {}

  /** One line, whatever is in the piece. */
  private static String visible(String piece) {
    return piece
        .replace("\\", "\\\\")
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t");
  }
}
