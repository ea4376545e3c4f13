package io.evomoe.nn;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The use of experts by one MoE layer in one pass. Padding is not counted.
 *
 * @param layer dotted name of the layer
 * @param tokens number of real tokens
 * @param load number of tokens that each expert computed
 * @param activeHistogram number of tokens that had exactly k experts, k from 0 to E
 * @param dropped assignments dropped by capacity
 * @param auxLoss the gate's auxiliary loss, coefficient included
 * @param firstExperts the expert with the highest weight of each real token, or -1 for none. Ties
 *     go to the lowest index. Empty in training, because it costs time and is not used
 */
@RecordBuilder
public record RoutingReport(
    String layer,
    int tokens,
    List<Integer> load,
    List<Integer> activeHistogram,
    int dropped,
    double auxLoss,
    List<Integer> firstExperts)
    implements RoutingReportBuilder.With, Serializable {

  /** Makes the lists unmodifiable. */
  public RoutingReport {
    load = List.copyOf(load);
    activeHistogram = List.copyOf(activeHistogram);
    firstExperts = List.copyOf(firstExperts);
  }

  /**
   * Combines two passes of a layer as if they had been one pass, without first experts.
   *
   * @param other report of a layer with as many experts. Its {@code auxLoss} is averaged with this
   *     one's, weighted by tokens
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

  /** Returns the number of computed assignments. */
  public int assignments() {
    return load.stream().mapToInt(Integer::intValue).sum();
  }

  /** Returns the mean number of experts per token. */
  public double meanActiveExperts() {
    return tokens == 0 ? 0 : (double) assignments() / tokens;
  }

  /**
   * Returns the mean over layers of the mean number of experts per token. It is 1 without layers.
   */
  public static double meanActiveExperts(List<RoutingReport> reports) {
    return reports.stream().mapToDouble(RoutingReport::meanActiveExperts).average().orElse(1);
  }

  /** Returns the share of the wanted assignments that capacity dropped, in 0..1. */
  public double dropRate() {
    int wanted = assignments() + dropped;
    return wanted == 0 ? 0 : (double) dropped / wanted;
  }

  /**
   * Returns {@code exp(H) / E}, H the entropy of the load in nats. It is 1 if balanced and 1/E at
   * collapse.
   */
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
   * Returns the largest load of an expert divided by the mean load. It is 1 if balanced, E if one
   * expert has all tokens, and 0 without assignments.
   */
  public double maxOverMean() {
    int most = load.stream().mapToInt(Integer::intValue).max().orElse(0);
    return most == 0 ? 0 : (double) most * load.size() / assignments();
  }

  /** Returns the number of experts without a token. */
  public int deadExperts() {
    return (int) load.stream().filter(n -> n == 0).count();
  }
}
