package io.evomoe.models.text.pairs;

import io.evomoe.models.text.TabbedLines;
import io.evomoe.models.text.TextCorpus;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sentences with their translations.
 *
 * @param name where they come from, for messages
 * @param pairs at least one
 */
public record PairCorpus(String name, List<SentencePair> pairs) {

  /** Checks that there are pairs, and keeps them unmodifiable. */
  public PairCorpus {
    pairs = List.copyOf(pairs);
    if (pairs.isEmpty()) {
      throw new IllegalArgumentException(name + " must hold pairs, has none");
    }
  }

  /**
   * Reads a UTF-8 file of lines {@code source TAB target}, unpacked when its name ends in {@code
   * .gz}. Blank lines are skipped.
   *
   * @throws IllegalArgumentException when the file cannot be read as UTF-8, or a line has no TAB,
   *     more than one, or one empty side; the message names file and line
   */
  public static PairCorpus read(Path file) {
    return new PairCorpus(
        "pair file " + file,
        TabbedLines.read(file, "pair file", "source", "target").stream()
            .map(line -> new SentencePair(line.left(), line.right()))
            .toList());
  }

  /** Number of pairs. */
  public int size() {
    return pairs.size();
  }

  /** All sources, in order. */
  public List<String> sources() {
    return pairs.stream().map(SentencePair::source).toList();
  }

  /** All targets, in order. */
  public List<String> targets() {
    return pairs.stream().map(SentencePair::target).toList();
  }

  /** Both sides as text, for a joint tokenizer. */
  public TextCorpus texts() {
    return new TextCorpus(name, Stream.concat(sources().stream(), targets().stream()).toList());
  }
}
