package io.evomoe.nn;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How one MoE layer used its experts in one pass. Padding is not counted.
 *
 * @param layer the layer's dotted name
 * @param tokens real tokens
 * @param load tokens that each expert computed
 * @param activeHistogram number of tokens that had exactly k experts, k from 0 to E
 * @param dropped assignments lost to capacity
 * @param auxLoss what the gate added to the loss, coefficient included
 * @param firstExperts of each real token the expert of the highest weight, of equal ones the
 *     lowest, -1 where it has none; empty in training, where nobody asks and a step would pay for
 *     it
 */
public record RoutingReport(
    String layer,
    int tokens,
    List<Integer> load,
    List<Integer> activeHistogram,
    int dropped,
    double auxLoss,
    List<Integer> firstExperts) {

  /** Keeps the lists unmodifiable. */
  public RoutingReport {
    load = List.copyOf(load);
    activeHistogram = List.copyOf(activeHistogram);
    firstExperts = List.copyOf(firstExperts);
  }

  /** The same with the first expert of each real token. */
  public RoutingReport withFirstExperts(List<Integer> experts) {
    return new RoutingReport(layer, tokens, load, activeHistogram, dropped, auxLoss, experts);
  }

  /**
   * Both passes of the same layer, as if their tokens had been one pass's; without first experts.
   *
   * @param other of a layer with as many experts; its {@code auxLoss} is averaged with this one's,
   *     by tokens
   */
  public RoutingReport plus(RoutingReport other) {
    int both = tokens + other.tokens;
    double aux = both == 0 ? 0 : (auxLoss * tokens + other.auxLoss * other.tokens) / both;
    return new RoutingReport(
        layer,
        both,
        sums(load, other.load),
        sums(activeHistogram, other.activeHistogram),
        dropped + other.dropped,
        aux,
        List.of());
  }

  private static List<Integer> sums(List<Integer> a, List<Integer> b) {
    if (a.size() != b.size()) {
      throw new IllegalArgumentException(
          "both reports must be of as many experts, had %d and %d entries"
              .formatted(a.size(), b.size()));
    }
    return IntStream.range(0, a.size()).mapToObj(i -> a.get(i) + b.get(i)).toList();
  }

  /** Assignments that were computed. */
  public int assignments() {
    return load.stream().mapToInt(Integer::intValue).sum();
  }

  /** Mean number of experts that a token had. */
  public double meanActiveExperts() {
    return tokens == 0 ? 0 : (double) assignments() / tokens;
  }

  /** Mean over layers of the mean number of experts a token had; 1 where there is no layer. */
  public static double meanActiveExperts(List<RoutingReport> reports) {
    return reports.stream().mapToDouble(RoutingReport::meanActiveExperts).average().orElse(1);
  }

  /** Share of the wanted assignments that capacity dropped, in 0..1. */
  public double dropRate() {
    int wanted = assignments() + dropped;
    return wanted == 0 ? 0 : (double) dropped / wanted;
  }

  /** {@code exp(H) / E}, H the entropy of the load in nats: 1 when balanced, 1/E at collapse. */
  public double loadEntropy() {
    double total = assignments();
    if (total == 0) {
      return 0;
    }
    double entropy = 0;
    for (int tokensOfExpert : load) {
      if (tokensOfExpert > 0) {
        double share = tokensOfExpert / total;
        entropy -= share * Math.log(share);
      }
    }
    return Math.exp(entropy) / load.size();
  }

  /**
   * The load of the expert that has most over the mean load: 1 when balanced, E when one has all; 0
   * where there is no assignment.
   */
  public double maxOverMean() {
    int most = load.stream().mapToInt(Integer::intValue).max().orElse(0);
    return most == 0 ? 0 : (double) most * load.size() / assignments();
  }

  /** Experts without a token. */
  public int deadExperts() {
    return (int) load.stream().filter(n -> n == 0).count();
  }
}
