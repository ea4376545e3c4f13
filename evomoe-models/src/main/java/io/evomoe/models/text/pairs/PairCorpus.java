package io.evomoe.models.text.pairs;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.TextCorpus;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Sentences with their translations.
 *
 * @param name name of their source, for messages
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

  /** Reads a file in the default format, as {@link #read(DataSource, Consumer)}. */
  public static PairCorpus read(Path file) {
    return read(DataSource.file(file, RecordKind.PAIR, DataForm.DEFAULT), note -> {});
  }

  /**
   * Reads pairs: two fields of records, or lines {@code source TAB target}.
   *
   * @param said receives the detected format
   * @throws IllegalArgumentException if a file cannot be read, or a record does not have both
   *     sentences; the message names file and line
   */
  public static PairCorpus read(DataSource source, Consumer<String> said) {
    List<SentencePair> pairs = new ArrayList<>();
    said.accept(
        source
            .records(
                record ->
                    pairs.add(new SentencePair(record.values().get(0), record.values().get(1))))
            .text());
    return new PairCorpus(source.name(), pairs);
  }

  /** Opens a file or folder as {@link #open(List, HeldOut, DataForm, Consumer)} does. */
  public static Split<PairCorpus> open(Path path) {
    return open(List.of(path), HeldOut.DEFAULT, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens files and folders, one after another, and divides those without a split.
   *
   * @param paths at least one
   * @param rule divides files without a split
   * @param form format of the files
   * @param said receives one line for each file or folder with the detected format
   */
  public static Split<PairCorpus> open(
      List<Path> paths, HeldOut rule, DataForm form, Consumer<String> said) {
    return Split.open(
        paths,
        RecordKind.PAIR,
        form,
        rule,
        source -> read(source, said),
        PairCorpus::divide,
        PairCorpus::join);
  }

  /**
   * Divides the pairs; those with equal sources are in the same set.
   *
   * @throws IllegalArgumentException if there are too few sources for each set to have one
   */
  public Split<PairCorpus> divide(HeldOut rule) {
    return rule.divide(name, pairs, pair -> HeldOut.Unit.of(pair.source(), ""))
        .map(name, PairCorpus::new);
  }

  /** Returns the pairs of both, this one's first. */
  PairCorpus join(PairCorpus other) {
    return new PairCorpus(
        name + " and " + other.name, Stream.concat(pairs.stream(), other.pairs.stream()).toList());
  }

  /** Returns the number of pairs. */
  public int size() {
    return pairs.size();
  }

  /** Returns all sources, in order. */
  public List<String> sources() {
    return pairs.stream().map(SentencePair::source).toList();
  }

  /** Returns all targets, in order. */
  public List<String> targets() {
    return pairs.stream().map(SentencePair::target).toList();
  }

  /** Returns sources and targets as text, for a joint tokenizer. */
  public TextCorpus texts() {
    return new TextCorpus(name, Stream.concat(sources().stream(), targets().stream()).toList());
  }
}
