package io.evomoe.run;

import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationBatch;
import io.evomoe.models.causal.GenerationBatch.Text;
import io.evomoe.run.TextStream.Generated.FinishReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.guava.util.concurrent.Uninterruptibles;

/** The thread that generates the texts of a predictor, at most {@value #TOGETHER} together. */
final class GenerationThread {
  static final int TOGETHER = 64;

  private final Generation generation;
  private final Queue<TextStream> waiting = new ArrayDeque<>();
  private final Map<Text, TextStream> running = new HashMap<>();
  private final Thread thread;
  private boolean closed;

  /** Starts the thread. */
  GenerationThread(Generation generation) {
    this.generation = generation;
    thread = new Thread(this::run, "evomoe-generation");
    thread.setDaemon(true);
    thread.start();
  }

  synchronized void add(TextStream stream) {
    if (closed) {
      stream.end(FinishReason.CANCELLED);
    } else {
      waiting.add(stream);
      notifyAll();
    }
  }

  /** Cancels all texts and waits for the thread's end. */
  void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    Uninterruptibles.joinUninterruptibly(thread);
  }

  private void run() {
    try {
      while (awaitWork()) {
        generate();
      }
      Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    } finally {
      synchronized (this) {
        closed = true;
        running.values().forEach(stream -> stream.end(FinishReason.CANCELLED));
        waiting.forEach(stream -> stream.end(FinishReason.CANCELLED));
      }
    }
  }

  /** Generates until closing, or until a failure, which ends the texts that were in the batch. */
  private void generate() {
    try (GenerationBatch batch = generation.batch()) {
      while (awaitWork()) {
        admit(batch);
        step(batch);
      }
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        Collection<TextStream> failed = running.isEmpty() ? waiting : running.values();
        failed.forEach(stream -> stream.fail(e));
        failed.clear();
      }
    }
  }

  private synchronized boolean awaitWork() {
    while (!closed && waiting.isEmpty() && running.isEmpty()) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Nobody has this thread to interrupt it; close() ends it.
      }
    }
    return !closed;
  }

  private void admit(GenerationBatch batch) {
    List<TextStream> admitted = new ArrayList<>();
    synchronized (this) {
      waiting.removeIf(TextStream::isOver);
      while (running.size() + admitted.size() < TOGETHER && !waiting.isEmpty()) {
        admitted.add(waiting.remove());
      }
    }
    for (TextStream stream : admitted) {
      admit(batch, stream);
    }
    running
        .entrySet()
        .removeIf(
            entry -> {
              boolean over = entry.getValue().isOver();
              if (over) {
                batch.leave(entry.getKey());
              }
              return over;
            });
  }

  private void admit(GenerationBatch batch, TextStream stream) {
    try {
      Text text = batch.join(stream.prompt(), stream.config());
      if (text.isFull()) {
        stream.end(FinishReason.LENGTH);
      } else {
        running.put(text, stream);
      }
    } catch (RuntimeException | Error e) {
      stream.fail(e);
    }
  }

  private void step(GenerationBatch batch) {
    for (Text text : batch.step()) {
      TextStream stream = Objects.requireNonNull(running.get(text));
      Optional<FinishReason> reason = Optional.empty();
      if (stream.endsWith(text.last())) {
        reason = Optional.of(FinishReason.END);
      } else if (stream.add(text.last())) {
        reason = Optional.of(FinishReason.STOP);
      } else if (text.isFull()) {
        reason = Optional.of(FinishReason.LENGTH);
      }
      if (reason.isPresent()) {
        batch.leave(text);
        running.remove(text);
        stream.end(reason.get());
      }
    }
  }
}
