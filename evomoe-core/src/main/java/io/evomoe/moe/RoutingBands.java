package io.evomoe.moe;

/**
 * Sorts the experts of tokens by expert and token. Threads sort bands of tokens, each in its own
 * memory. They then append each band's part of an expert after the parts of earlier bands.
 */
final class RoutingBands {
  private final int[][] expertsOf;
  private final TokenMatrix weights;
  private final int experts;

  /** Sorts the given experts and weights, see {@link Routing#of}. */
  RoutingBands(int[][] expertsOf, TokenMatrix weights) {
    if (expertsOf.length != weights.tokens()) {
      throw new IllegalArgumentException(
          "experts must be given for each of the %d tokens of the weights, were for %d"
              .formatted(weights.tokens(), expertsOf.length));
    }
    this.expertsOf = expertsOf;
    this.weights = weights;
    this.experts = weights.columns();
  }

  Routing routing() {
    int rows = weights.band();
    Band[] bands = new Band[(expertsOf.length + rows - 1) / rows];
    weights.eachBand((from, to) -> bands[from / rows] = new Band(from, to));
    int[] offsets = new int[experts + 1];
    for (int e = 0; e < experts; e++) {
      offsets[e + 1] = offsets[e];
      for (Band band : bands) {
        band.places[e] = offsets[e + 1];
        offsets[e + 1] = Math.addExact(offsets[e + 1], band.load(e));
      }
    }
    int[] tokens = new int[offsets[experts]];
    double[] weightOf = new double[tokens.length];
    weights.eachBand((from, to) -> bands[from / rows].copy(tokens, weightOf));
    return new Routing(expertsOf.length, offsets, tokens, weightOf, null, 0);
  }

  private final class Band {
    private final int[] offsets = new int[experts + 1];
    private final int[] tokens;
    private final double[] weightOf;

    /** The position of each expert's part. */
    private final int[] places = new int[experts];

    Band(int from, int to) {
      for (int s = from; s < to; s++) {
        for (int e : expertsOf[s]) {
          offsets[RoutingBuilder.expert(s, e, experts) + 1]++;
        }
      }
      for (int e = 0; e < experts; e++) {
        offsets[e + 1] += offsets[e];
      }
      tokens = new int[offsets[experts]];
      weightOf = new double[tokens.length];
      sort(from, to, offsets.clone());
    }

    private void sort(int from, int to, int[] next) {
      for (int s = from; s < to; s++) {
        for (int e : expertsOf[s]) {
          int i = next[e]++;
          if (i > offsets[e] && tokens[i - 1] == s) {
            throw RoutingBuilder.twice(s, e);
          }
          tokens[i] = s;
          weightOf[i] = RoutingBuilder.weight(s, e, weights.get(s, e));
        }
      }
    }

    int load(int expert) {
      return offsets[expert + 1] - offsets[expert];
    }

    void copy(int[] allTokens, double[] allWeights) {
      for (int e = 0; e < experts; e++) {
        System.arraycopy(tokens, offsets[e], allTokens, places[e], load(e));
        System.arraycopy(weightOf, offsets[e], allWeights, places[e], load(e));
      }
    }
  }
}
