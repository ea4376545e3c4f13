package io.evomoe.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.testing.OtherThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads that generate with, evaluate, close and reopen one run: every text is that of a single
 * thread, and every loss is equal to the bit. {@code -Devomoe.sharing.seconds=120} is how long the
 * campaigns take, at least.
 */
@Tag("long")
class SharedRunCampaignTest {
  private static final int SECONDS = Integer.getInteger("evomoe.sharing.seconds", 120);
  private static final List<String> PROMPTS = List.of("Message", "on roads and", "", "The year 18");

  @TempDir Path folder;
  private Path out = Path.of("");
  private List<String> texts = List.of();
  private double loss;
  private long end;
  private volatile boolean failed;
  private final AtomicReference<Run<Gpt>> shared = new AtomicReference<>();
  private final LongAdder generated = new LongAdder();
  private final LongAdder evaluated = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder rejected = new LongAdder();

  @Test
  @Timeout(300)
  void every_thread_should_have_what_a_single_one_has() throws IOException {
    share(SmallTexts.gpt(folder), 12, 3, 2);
  }

  @Tag("campaign")
  @Test
  void so_should_it_for_minutes() throws IOException {
    share(SmallTexts.gpt(folder), 50, 1, SECONDS);
  }

  @Tag("campaign")
  @Test
  void so_should_it_with_a_wide_model() throws IOException {
    share(
        SmallTexts.gpt(folder).model(m -> m.hiddenSize(512).intermediateSize(2048)),
        8,
        10,
        SECONDS);
  }

  /**
   * Lets threads share a run.
   *
   * @param closes of a hundred calls
   */
  private void share(RunBuilder<Gpt> builder, int threads, int closes, int seconds)
      throws IOException {
    out = folder.resolve("run");
    try (Run<Gpt> run = builder.training(t -> t.steps(2)).in(out)) {
      run.train();
      texts = IntStream.range(0, PROMPTS.size()).mapToObj(i -> generate(run, i)).toList();
      loss = run.evaluate().loss();
    }
    shared.set(Run.open(out, Gpt.class));
    end = System.nanoTime() + seconds * 1_000_000_000L;
    List<OtherThread> all =
        IntStream.range(0, threads)
            .mapToObj(number -> OtherThread.doing(() -> use(closes, new SplittableRandom(number))))
            .toList();

    assertThat(all).allSatisfy(thread -> assertThat(thread.thrown()).isNull());
    open().close();
    System.out.printf(
        "%d threads, %d s: %d texts, %d evaluations, %d closes, %d calls rejected, 0 failures%n",
        threads, seconds, generated.sum(), evaluated.sum(), closed.sum(), rejected.sum());
  }

  private void use(int closes, SplittableRandom random) {
    while (!failed && (System.nanoTime() < end || generated.sum() < 50 || closed.sum() < 2)) {
      Run<Gpt> run = open();
      try {
        use(run, random.nextInt(100) - closes, random.nextInt(PROMPTS.size()));
      } catch (RuntimeException | Error e) {
        if (!String.valueOf(e.getMessage()).contains(" is closed: ")) {
          failed = true;
          throw e;
        }
        rejected.increment();
        LockSupport.parkNanos(20_000_000);
      }
    }
  }

  private void use(Run<Gpt> run, int what, int prompt) {
    if (what < 0) {
      reopen(run);
    } else if (what < 3) {
      assertThat(run.evaluate().loss()).isEqualTo(loss);
      evaluated.increment();
    } else if (what < 40) {
      assertThat(generate(run, prompt)).isEqualTo(texts.get(prompt));
      generated.increment();
    } else {
      Generated own = run.predictor().generate(PROMPTS.get(prompt), config(prompt));
      assertThat(PROMPTS.get(prompt) + own.text()).isEqualTo(texts.get(prompt));
      generated.increment();
    }
  }

  private void reopen(Run<Gpt> run) {
    run.close();
    Run<Gpt> opened = Run.open(out, Gpt.class);
    if (shared.compareAndSet(run, opened)) {
      closed.increment();
    } else {
      opened.close();
    }
  }

  private Run<Gpt> open() {
    return Objects.requireNonNull(shared.get());
  }

  private static String generate(Run<Gpt> run, int prompt) {
    return run.generate(PROMPTS.get(prompt), config(prompt));
  }

  private static GenerationConfig config(int seed) {
    return GenerationConfig.defaults().with(g -> g.maxNewTokens(20).seed(seed));
  }
}
