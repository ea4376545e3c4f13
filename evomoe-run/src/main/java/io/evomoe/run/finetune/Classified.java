package io.evomoe.run.finetune;

import java.util.List;

/**
 * The class of a text.
 *
 * @param label its name
 * @param probability that the network gives it, in 0..1
 */
public record Classified(String label, double probability) {

  static Classified of(List<String> labels, double[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return new Classified(labels.get(best), probabilities[best]);
  }
}
