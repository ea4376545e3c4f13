package io.evomoe.models.text;

import io.evomoe.random.CounterRandom;
import java.util.stream.IntStream;

/**
 * Chooses the tokens that a masked language model must predict: 15% of a sequence. Of these, 80%
 * become {@code <mask>}, 10% a random token and 10% stay (Devlin et al., arXiv 1810.04805, section
 * 3.1). As in fairseq's {@code MaskTokensDataset}, the number is rounded up or down at random, so
 * its mean is 15%; but at least one token is chosen. Special tokens are neither chosen nor drawn.
 */
final class TokenMask {
  static final double CHOSEN = 0.15;
  static final double MASKED = 0.8;
  static final double REPLACED = 0.1;

  private final int mask;
  private final boolean[] special;
  private final int[] ordinary;

  TokenMask(Tokenizer tokenizer) {
    mask = tokenizer.requireSpecial(SpecialTokens.MASK);
    special = new boolean[tokenizer.vocabularySize()];
    tokenizer.specialIds().forEach(id -> special[id] = true);
    SpecialTokens.ROBERTA.all().forEach(token -> special[tokenizer.requireSpecial(token)] = true);
    ordinary = IntStream.range(0, special.length).filter(id -> !special[id]).toArray();
  }

  /** Masks {@code ids} in [from, to), and writes the original ids into {@code targets}. */
  void apply(int[] ids, int[] targets, int from, int to, CounterRandom random) {
    int[] places = IntStream.range(from, to).filter(i -> !special[ids[i]]).toArray();
    if (places.length == 0) {
      return;
    }
    int count = Math.max(1, (int) (CHOSEN * places.length + random.uniform(0)));
    for (int i = 0; i < count; i++) {
      long draw = 1 + 3L * i;
      int other = i + random.below(places.length - i, draw);
      int place = places[other];
      places[other] = places[i];
      targets[place] = ids[place];
      double kind = random.uniform(draw + 1);
      if (kind < MASKED) {
        ids[place] = mask;
      } else if (kind < MASKED + REPLACED) {
        ids[place] = ordinary[random.below(ordinary.length, draw + 2)];
      }
    }
  }
}
