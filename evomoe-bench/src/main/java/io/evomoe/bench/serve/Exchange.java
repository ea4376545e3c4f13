package io.evomoe.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request and its answer: a JSON object, or a stream of events. */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** Status in the metrics of a client that went away, as in nginx. */
  private static final int GONE = 499;

  /** After its time is over, a request may take so long to bring what it has to a slow reader. */
  private static final long LAST_SECONDS = 10;

  private static final double NANOS = 1e9;
  private static final int SKIPPED = 1024;

  /** How far an answer has come. */
  enum State {
    /** The body is being read. */
    READING,
    /** There is no result yet. */
    WAITING,
    RUNNING,
    /** The answer is known. It may be on its way still. */
    OVER
  }

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final String path;
  private final ServeMetrics metrics;
  private final long start = NanoTime.now();
  private final long timeout;
  private State state = State.READING;
  private boolean cancelled;
  private boolean gone;
  private boolean skipped;
  private Runnable onCancel = () -> {};

  /**
   * Begins an answer.
   *
   * @param path of the request in the metrics
   * @param seconds the time it may take
   * @param onSent called once, when the client has the answer or has gone away
   */
  Exchange(
      Request request,
      Response response,
      Callback callback,
      String path,
      int seconds,
      ServeMetrics metrics,
      Runnable onSent) {
    this.request = request;
    this.response = response;
    this.callback =
        Callback.from(
            () -> {
              closeIfSkipped();
              onSent.run();
            },
            callback);
    this.path = path;
    this.timeout = seconds;
    this.metrics = metrics;
    // Computing is not idleness; a read or a write that stands still fails without this, too.
    request.addIdleTimeoutListener(idle -> false);
  }

  Request request() {
    return request;
  }

  synchronized State state() {
    return state;
  }

  /** The body is read. Returns whether there is still to be an answer. */
  synchronized boolean await() {
    if (state == State.READING) {
      state = State.WAITING;
    }
    return state == State.WAITING;
  }

  /** There is a first result. */
  synchronized void run() {
    if (state == State.WAITING) {
      state = State.RUNNING;
    }
  }

  double seconds() {
    return NanoTime.since(start) / NANOS;
  }

  /** Rejects to go on if nobody waits for the answer any more, or its time is over. */
  void requireTime() {
    if (isCancelled()) {
      throw new ApiException(503, "cancelled", null, "the server is shutting down");
    }
    if (seconds() > timeout) {
      throw new ApiException(
          503, "timeout", null, "the request took more than %d seconds".formatted(timeout));
    }
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Calls this when the client goes away or the server stops; at once if that has happened. */
  void onCancel(Runnable action) {
    synchronized (this) {
      onCancel = action;
      if (!cancelled) {
        return;
      }
    }
    action.run();
  }

  void cancel() {
    Runnable action;
    synchronized (this) {
      cancelled = true;
      action = onCancel;
    }
    action.run();
  }

  /** The time that is left. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, (long) ((timeout - seconds()) * NANOS)));
  }

  /**
   * Cancels if the client has gone away. Closes its connection if it takes too long to read, and
   * rejects a request that takes too long to arrive.
   */
  void watch() {
    boolean isLate;
    synchronized (this) {
      if (state == State.OVER || gone) {
        return; // the connection may have its next request
      }
      isLate = state == State.READING && seconds() > timeout;
      gone = seconds() > timeout + LAST_SECONDS || (state != State.READING && isAtEnd());
      if (!gone && !isLate) {
        return;
      }
    }
    if (isLate) {
      fail(ApiException.late());
    } else {
      cancel();
      connection().close();
    }
  }

  /**
   * Nothing else reads until the answer is complete. What the client sends before that is skipped,
   * so its connection cannot have another request.
   */
  private boolean isAtEnd() {
    try {
      int read = connection().fill(ByteBuffer.allocate(SKIPPED).flip());
      skipped |= read > 0;
      return read < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private void closeIfSkipped() {
    boolean closes;
    synchronized (this) {
      closes = skipped;
    }
    if (closes) {
      connection().close();
    }
  }

  private EndPoint connection() {
    return request.getConnectionMetaData().getConnection().getEndPoint();
  }

  /** Answers with a JSON object. */
  void json(int status, JsonNode body) {
    bytes(status, "application/json", body.toString().getBytes(StandardCharsets.UTF_8));
  }

  void bytes(int status, String type, byte[] body) {
    if (finish(status)) {
      if (!request.consumeAvailable()) { // a rejected body may be still on its way
        response.getHeaders().put(HttpHeader.CONNECTION, "close");
      }
      response.setStatus(status);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
    }
  }

  /** Sends an event of a stream. Waits until the client has room for it. */
  void event(JsonNode event) throws IOException {
    if (!response.isCommitted()) {
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
      response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache");
    }
    Content.Sink.write(response, false, encoded(event.toString()));
  }

  /** Ends a stream. */
  void endEvents() {
    if (finish(response.getStatus())) {
      response.write(true, encoded("[DONE]"), callback);
    }
  }

  private static ByteBuffer encoded(String event) {
    return ByteBuffer.wrap("data: %s\n\n".formatted(event).getBytes(StandardCharsets.UTF_8));
  }

  /** Answers with an error: as a status, or as the last event of a stream. */
  void fail(Throwable thrown) {
    boolean isGone;
    synchronized (this) {
      isGone = gone;
    }
    if (isGone || thrown instanceof IOException) {
      if (finish(GONE)) {
        callback.failed(new EofException(thrown));
      }
      return;
    }
    ApiException error =
        thrown instanceof ApiException known
            ? known
            : new ApiException(500, null, null, "the model failed: see the log of the server");
    if (error != thrown) {
      LOG.error("{} failed", path, thrown);
    }
    if (!response.isCommitted()) {
      if (error.status() == 503) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, 1);
      }
      json(error.status(), error.json());
    } else if (finish(error.status())) {
      response.write(true, encoded(error.json().toString()), callback);
    }
  }

  /** Whether this ends the exchange, which nothing else has. */
  private boolean finish(int status) {
    synchronized (this) {
      if (state == State.OVER) {
        return false;
      }
      state = State.OVER;
    }
    metrics.answered(path, status, seconds());
    return true;
  }
}
