package io.evomoe.models.text.pairs;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.SplitFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Pairs to train on and pairs held out from training.
 *
 * @param train to train on, the tokenizer included
 * @param valid held out
 * @param test held out for a last measurement, where there is such a part
 */
public record PairSplit(PairCorpus train, PairCorpus valid, Optional<PairCorpus> test) {

  /**
   * Opens a pair file, of which 5% is held out ({@link #of}), or a folder that holds {@code
   * X.train.tsv}, {@code X.valid.tsv} and, if there is one, {@code X.test.tsv}; {@code .gz}
   * allowed.
   */
  public static PairSplit open(Path path) {
    if (!Files.isDirectory(path)) {
      return of(PairCorpus.read(path), HeldOut.DEFAULT_SHARE);
    }
    return new PairSplit(
        PairCorpus.read(SplitFolder.require(path, "train", "tsv")),
        PairCorpus.read(SplitFolder.require(path, "valid", "tsv")),
        SplitFolder.find(path, "test", "tsv").map(PairCorpus::read));
  }

  /**
   * Holds out a share of a corpus, spread evenly over it; pairs with equal sources stay on one
   * side. The same corpus gives the same split.
   *
   * @param validShare share of the source text to hold out, in (0, 1); each side gets at least one
   *     source, so a corpus of few pairs can be far from it
   * @throws IllegalArgumentException when all sources are equal
   */
  public static PairSplit of(PairCorpus corpus, double validShare) {
    List<String> sources = corpus.sources();
    Set<String> valid = HeldOut.choose(sources, validShare, Set.of(sources.get(0)));
    if (valid.isEmpty()) {
      throw new IllegalArgumentException(
          corpus.name() + " has one source sentence only, so no part of it can be held out");
    }
    return new PairSplit(
        part(corpus, "training part of ", valid, false),
        part(corpus, "held-out part of ", valid, true),
        Optional.empty());
  }

  private static PairCorpus part(
      PairCorpus corpus, String prefix, Set<String> valid, boolean heldOut) {
    return new PairCorpus(
        prefix + corpus.name(),
        corpus.pairs().stream().filter(pair -> valid.contains(pair.source()) == heldOut).toList());
  }
}
