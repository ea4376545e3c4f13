package io.evomoe.models.text;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Chooses which texts of an unsplit corpus are held out from training. */
public final class HeldOut {
  /** Share of the text that is held out when a single file is given. */
  public static final double DEFAULT_SHARE = 0.05;

  private HeldOut() {}

  /**
   * Goes through the texts and takes one whenever what was taken so far falls short of its share of
   * what was passed, so they are spread evenly; when none is short enough, the shortest is taken.
   * Equal texts are one text. The same texts give the same choice.
   *
   * @param texts in their order
   * @param share of the length to take, in (0, 1)
   * @param kept texts that stay in training
   * @return none only when all texts are kept
   */
  public static Set<String> choose(List<String> texts, double share, Set<String> kept) {
    requireShare(share);
    Set<String> seen = new HashSet<>();
    Set<String> taken = new HashSet<>();
    double all = 0;
    double held = 0;
    String shortest = "";
    for (String text : texts) {
      if (seen.add(text)) {
        all += text.length();
        if (!kept.contains(text)) {
          if (held + text.length() <= share * all) {
            taken.add(text);
            held += text.length();
          }
          boolean shorter = shortest.isEmpty() || text.length() <= shortest.length();
          shortest = shorter ? text : shortest;
        }
      }
    }
    if (taken.isEmpty() && !shortest.isEmpty()) {
      taken.add(shortest);
    }
    return Set.copyOf(taken);
  }

  /** Refuses a share outside of (0, 1). */
  static void requireShare(double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("valid share must be in (0, 1), was %s".formatted(share));
    }
  }
}
