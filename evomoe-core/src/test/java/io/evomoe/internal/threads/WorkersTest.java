package io.evomoe.internal.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void every_piece_should_run_once_and_be_over_when_run_returns(int threads) {
    Workers workers = new Workers(threads);
    for (int round = 0; round < 500; round++) {
      int pieces = round % 13;
      int[] runs = new int[pieces];
      workers.run(pieces, piece -> runs[piece]++);
      assertThat(runs).containsOnly(IntStream.range(0, pieces).map(i -> 1).toArray());
    }
  }

  @Test
  void pieces_should_run_at_the_same_time() {
    Workers workers = new Workers(3);
    CyclicBarrier all = new CyclicBarrier(3);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    workers.run(
        3,
        piece -> {
          threads.add(Thread.currentThread());
          await(all);
        });
    assertThat(threads).hasSize(3).contains(Thread.currentThread());
  }

  @Test
  void should_wake_workers_that_fell_asleep() throws InterruptedException {
    Workers workers = new Workers(2);
    for (int round = 0; round < 20; round++) {
      Thread.sleep(2);
      CyclicBarrier both = new CyclicBarrier(2);
      workers.run(2, piece -> await(both));
    }
    assertThat(workers.joins()).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void the_failure_of_a_piece_should_reach_the_caller_and_leave_the_pool_usable(int threads) {
    Workers workers = new Workers(threads);
    AtomicInteger ended = new AtomicInteger();
    assertThatThrownBy(
            () ->
                workers.run(
                    100,
                    piece -> {
                      if (piece == 1) {
                        throw new IllegalStateException("piece 1");
                      }
                      ended.incrementAndGet();
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("piece 1");
    assertThat(ended).hasValueLessThan(100);
    AtomicInteger sum = new AtomicInteger();
    workers.run(10, sum::addAndGet);
    assertThat(sum).hasValue(45);
  }

  @Test
  void a_piece_that_splits_its_own_work_should_run_all_of_it_itself() {
    Workers workers = new Workers(2);
    AtomicIntegerArray runs = new AtomicIntegerArray(16);
    workers.run(
        4,
        outer -> {
          Thread own = Thread.currentThread();
          workers.run(
              4,
              inner -> {
                assertThat(Thread.currentThread()).isSameAs(own);
                runs.incrementAndGet(4 * outer + inner);
              });
        });
    assertThat(IntStream.range(0, 16).map(runs::get)).containsOnly(1);
    assertThat(workers.joins()).isEqualTo(1);
  }

  @Test
  void threads_that_find_the_pool_at_work_should_not_wait_for_it() throws InterruptedException {
    Workers workers = new Workers(2);
    CountDownLatch other = new CountDownLatch(1);
    AtomicInteger sum = new AtomicInteger();
    Thread beside =
        new Thread(
            () -> {
              workers.run(10, sum::addAndGet);
              other.countDown();
            });
    workers.run(
        2,
        piece -> {
          if (piece == 0) {
            beside.start();
          }
          await(other);
        });
    beside.join();
    assertThat(sum).hasValue(45);
  }

  @Test
  void a_number_of_threads_should_be_refused_where_it_is_none() {
    assertThat(Workers.atLeastOne("environment variable OMP_NUM_THREADS", " 3 ")).isEqualTo(3);
    for (String value : new String[] {"0", "-2", "two", "", "1.5"}) {
      assertThatThrownBy(() -> Workers.atLeastOne("system property evomoe.threads", value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "system property evomoe.threads must be a number of threads of at least 1, was "
                  + value);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
