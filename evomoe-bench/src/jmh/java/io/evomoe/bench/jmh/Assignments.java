package io.evomoe.bench.jmh;

import io.evomoe.gates.BalancedAssignment;
import io.evomoe.moe.TokenMatrix;
import io.evomoe.random.CounterRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The balanced assignment of gate {@code base}, for scores that are easy and hard to balance. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class Assignments extends Timed {
  private static final int EXPERTS = 64;

  /** Rank-one: every token prefers the experts in the same order, or in the opposite one. */
  @Param({"RANDOM", "RANK_ONE", "EQUAL"})
  public Kind kind = Kind.RANDOM;

  @Param({"512", "4096"})
  public int tokens = 512;

  private TokenMatrix scores = new TokenMatrix(1, EXPERTS);

  /** Makes the scores. */
  @Setup
  public void score() {
    CounterRandom random = new CounterRandom(1);
    scores = new TokenMatrix(tokens, EXPERTS);
    for (int s = 0; s < tokens; s++) {
      for (int e = 0; e < EXPERTS; e++) {
        scores.set(s, e, kind.score(random, s, e));
      }
    }
  }

  @Benchmark
  public int[] assign() {
    return BalancedAssignment.of(scores);
  }

  /** Which scores. */
  public enum Kind {
    RANDOM,
    RANK_ONE,
    EQUAL;

    double score(CounterRandom random, int s, int e) {
      return switch (this) {
        case RANDOM -> random.gaussian((long) s * EXPERTS + e);
        case RANK_ONE -> random.gaussian(s) * random.gaussian(-1L - e);
        case EQUAL -> 1;
      };
    }
  }
}
