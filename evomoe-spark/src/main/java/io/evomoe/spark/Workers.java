package io.evomoe.spark;

import io.evomoe.training.internal.rounds.Contribution;
import io.evomoe.training.internal.rounds.ModelSnapshot;
import io.evomoe.training.internal.rounds.RoundPlan;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** The workers of a run, one per partition. */
final class Workers implements AutoCloseable {
  private final JavaSparkContext context;
  private final JavaRDD<Texts> shares;
  private final Broadcast<Setup> setup;
  private final int count;

  Workers(JavaSparkContext context, SparkText text, Setup setup) {
    this.context = context;
    this.count = setup.rounds().workers();
    this.shares = text.shares(count).persist(StorageLevel.MEMORY_AND_DISK_SER());
    this.setup = context.broadcast(setup);
  }

  /** Makes every worker encode its share, and returns their environments. */
  List<WorkerFacts> prepare() {
    Broadcast<Setup> run = setup;
    return shares
        .mapPartitionsWithIndex(
            (worker, share) -> List.of(prepare(run.value(), worker, share.next())).iterator(), true)
        .collect();
  }

  /** Returns errors instead of throwing them, because a retry would fail again. */
  private static WorkerFacts prepare(Setup setup, int worker, Texts share) {
    try {
      return WorkerFacts.here(WorkerRuntime.of(setup, worker, share).config());
    } catch (IllegalArgumentException | LinkageError e) {
      return WorkerFacts.unfit("worker %d: %s".formatted(worker, e.getMessage()));
    }
  }

  /**
   * Runs one round. Partial sums are taken in pairs, level by level. The pairs are fixed, and a sum
   * of two is the same to the bit in both orders. So the result does not depend on the order of
   * completion.
   */
  Contribution round(ModelSnapshot start, RoundPlan.Span span) {
    Broadcast<Setup> run = setup;
    Broadcast<ModelSnapshot> begin = context.broadcast(start);
    try {
      JavaRDD<Contribution> local =
          shares.mapPartitionsWithIndex(
              (worker, share) ->
                  List.of(
                          WorkerRuntime.of(run.value(), worker, share.next())
                              .train(begin.value(), span))
                      .iterator(),
              true);
      return sum(local, count).first();
    } finally {
      begin.destroy();
    }
  }

  private static JavaRDD<Contribution> sum(JavaRDD<Contribution> parts, int count) {
    JavaRDD<Contribution> sums = parts;
    for (int left = count; left > 1; left = halved(left)) {
      JavaRDD<Tuple2<Integer, Contribution>> halved =
          sums.mapPartitionsWithIndex(
              (index, part) -> List.of(new Tuple2<>(index / 2, part.next())).iterator(), true);
      sums = JavaPairRDD.fromJavaRDD(halved).reduceByKey(Contribution::plus, halved(left)).values();
    }
    return sums;
  }

  private static int halved(int parts) {
    return (parts + 1) / 2;
  }

  @Override
  public void close() {
    shares.unpersist(false);
    setup.destroy();
  }
}
