package io.evomoe.run;

import io.evomoe.models.causal.GenerationConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A text that is being generated. Read it with {@link #next}, or wait for all of it with {@link
 * #await}. A slow reader delays no other text. Thread-safe.
 */
public final class TextStream {
  private final int[] prompt;
  private final GenerationConfig config;
  private final IncrementalText increments;
  private final long start = System.nanoTime();
  private final StringBuilder text = new StringBuilder();
  private int read;
  private boolean cancelled;
  private @Nullable Generated result;
  private @Nullable Throwable failure;

  TextStream(int[] prompt, GenerationConfig config, IncrementalText increments) {
    this.prompt = prompt;
    this.config = config;
    this.increments = increments;
  }

  int[] prompt() {
    return prompt;
  }

  GenerationConfig config() {
    return config;
  }

  /**
   * Waits for more text and returns it. All increments together are {@link Generated#text()}. They
   * contain whole characters, and no part of a stop string.
   *
   * @return empty at the end of the text
   * @throws IllegalStateException if the model failed
   */
  public synchronized Optional<String> next() {
    awaitUntil(() -> read < text.length() || isDone());
    if (read == text.length()) {
      await();
      return Optional.empty();
    }
    String more = text.substring(read);
    read = text.length();
    return Optional.of(more);
  }

  /**
   * Waits for the end and returns the result. An interrupt of the thread cancels the generation.
   *
   * @throws IllegalStateException if the model failed
   */
  public synchronized Generated await() {
    awaitUntil(this::isDone);
    if (failure != null) {
      throw new IllegalStateException("the generation failed: " + failure.getMessage(), failure);
    }
    return Objects.requireNonNull(result);
  }

  /** Ends the generation before its next token; does nothing if it has ended. */
  public synchronized void cancel() {
    cancelled = true;
  }

  /** Returns whether the generation has ended. */
  public synchronized boolean isDone() {
    return result != null || failure != null;
  }

  /** Waits for a condition. An interrupt of the thread cancels the text, and is kept. */
  private void awaitUntil(BooleanSupplier changed) {
    boolean interrupted = false;
    while (!changed.getAsBoolean()) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
        cancelled = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends if this was cancelled or its time is over. Returns whether it has ended. */
  synchronized boolean isOver() {
    Duration timeout = config.timeout();
    if (cancelled) {
      end(FinishReason.CANCELLED);
    } else if (timeout != null && System.nanoTime() - start >= timeout.toNanos()) {
      end(FinishReason.TIMEOUT);
    }
    return isDone();
  }

  /** Adds a token. Returns whether the text has a stop string now. */
  synchronized boolean add(int id) {
    text.append(increments.add(id));
    notifyAll();
    return increments.isStopped();
  }

  synchronized void end(FinishReason reason) {
    text.append(increments.end());
    FinishReason found = increments.isStopped() ? FinishReason.STOP : reason;
    result = new Generated(text.toString(), increments.newIds(), found);
    notifyAll();
  }

  synchronized void fail(Throwable thrown) {
    failure = thrown;
    notifyAll();
  }
}
