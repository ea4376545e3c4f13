package io.evomoe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.evomoe.testing.OtherThread;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LifetimeTest {
  private static final String CLOSED = "the thing is closed: make a new one";

  private final Lifetime lifetime = new Lifetime("the thing", "make a new one");
  private final AtomicInteger freed = new AtomicInteger();

  @AfterEach
  void forgetInterrupts() {
    Thread.interrupted();
  }

  @Test
  void should_free_once_and_only_after_the_calls_in_progress() {
    OtherThread first;
    OtherThread second;
    try (Lifetime.Call ignored = lifetime.enter()) {
      first = OtherThread.doing(this::close).awaitWaiting();
      second = OtherThread.doing(this::close).awaitWaiting();
      assertThat(freed).hasValue(0);
    }

    assertThat(first.thrown()).isNull();
    assertThat(second.thrown()).isNull();
    close();
    assertThat(freed).hasValue(1);
  }

  @Test
  void should_reject_others_while_it_waits_but_not_who_is_inside() {
    try (Lifetime.Call ignored = lifetime.enter()) {
      OtherThread.doing(this::close).awaitWaiting();

      assertThat(lifetime.during(() -> 5)).isEqualTo(5);
      assertThat(OtherThread.doing(lifetime::enter).thrown()).hasMessage(CLOSED);
      assertThat(OtherThread.doing(lifetime::alone).thrown()).hasMessage(CLOSED);
    }
  }

  @Test
  void should_reject_every_call_once_it_is_closed() {
    close();

    assertThatIllegalStateException().isThrownBy(lifetime::enter).withMessage(CLOSED);
    assertThatIllegalStateException().isThrownBy(lifetime::alone).withMessage(CLOSED);
    assertThatIllegalStateException().isThrownBy(lifetime::requireOpen).withMessage(CLOSED);
  }

  @Test
  void should_refuse_to_wait_for_its_own_thread() {
    String why =
        "the thing cannot be trained or closed from inside one of its own calls: wait until that"
            + " call has returned";
    try (Lifetime.Call ignored = lifetime.enter()) {
      assertThatIllegalStateException().isThrownBy(this::close).withMessage(why);
      assertThatIllegalStateException().isThrownBy(lifetime::alone).withMessage(why);
    }
    close();
    assertThat(freed).hasValue(1);
  }

  @Test
  void an_interrupt_should_end_the_wait_and_leave_it_open() {
    try (Lifetime.Call ignored = lifetime.enter()) {
      OtherThread closing = OtherThread.doing(this::close).awaitWaiting().interrupt();
      assertThat(closing.thrown())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "the thing stays open, because the thread was interrupted while calls were in"
                  + " progress: close it again");
      assertThat(OtherThread.doing(() -> lifetime.during(() -> 5)).thrown()).isNull();
    }
    assertThat(freed).hasValue(0);
  }

  @Test
  void an_interrupted_thread_should_close_what_nobody_uses() {
    Thread.currentThread().interrupt();

    close();

    assertThat(freed).hasValue(1);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void a_call_should_wait_for_one_that_runs_alone() {
    OtherThread reading;
    CountDownLatch read = new CountDownLatch(1);
    try (Lifetime.Call ignored = lifetime.alone()) {
      reading =
          OtherThread.doing(
                  () ->
                      lifetime.during(
                          () -> {
                            read.countDown();
                            return 5;
                          }))
              .awaitWaiting();
      assertThat(read.getCount()).isEqualTo(1);
    }
    assertThat(reading.thrown()).isNull();
    assertThat(read.getCount()).isZero();
  }

  @Test
  void one_that_runs_alone_should_wait_for_the_others() {
    OtherThread alone;
    try (Lifetime.Call ignored = lifetime.enter()) {
      alone = OtherThread.doing(() -> lifetime.alone().close()).awaitWaiting();
    }
    assertThat(alone.thrown()).isNull();
    assertThat(lifetime.during(() -> 5)).isEqualTo(5);
  }

  @Test
  void a_long_call_should_reject_others_and_let_who_closes_wait() {
    OtherThread closing;
    try (Lifetime.Call ignored = lifetime.alone("is busy: wait")) {
      assertThat(OtherThread.doing(lifetime::enter).thrown()).hasMessage("the thing is busy: wait");
      assertThat(OtherThread.doing(lifetime::alone).thrown()).hasMessage("the thing is busy: wait");
      assertThatIllegalStateException()
          .isThrownBy(this::close)
          .withMessage("the thing is busy: wait");
      closing = OtherThread.doing(this::close).awaitWaiting();
      assertThat(lifetime.during(() -> 5)).isEqualTo(5);
    }
    assertThat(closing.thrown()).isNull();
    assertThat(freed).hasValue(1);
  }

  @Test
  void a_call_that_failed_should_close_from_inside() {
    try (Lifetime.Call ignored = lifetime.alone()) {
      lifetime.closeInside(freed::incrementAndGet);
      close();
    }
    close();
    assertThat(freed).hasValue(1);
    assertThatIllegalStateException().isThrownBy(lifetime::enter).withMessage(CLOSED);
  }

  private void close() {
    lifetime.close(freed::incrementAndGet);
  }
}
