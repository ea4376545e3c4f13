package io.evomoe.bench.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Serves one model over HTTP, with the paths and the JSON of OpenAI's API.
 *
 * <p>Texts that are generated at the same time share a batch. A client that goes away cancels its
 * text. A slow reader delays nobody else. Not encrypted: for other machines, put it behind a proxy
 * with TLS.
 */
public final class ModelServer implements AutoCloseable {
  private static final int WATCH_MILLIS = 200;
  private static final Duration GRACE = Duration.ofSeconds(3);
  private static final int IDLE_MILLIS = 30_000;
  private static final int MORE_THREADS = 16;

  private final Server server;
  private final ServerConnector connector;
  private final ApiHandler handler;
  private final Timer watch = new Timer("evomoe-serve-watch", true);

  /**
   * Makes a server. {@link #start} opens its port.
   *
   * @param address to listen at; port 0 is any free one
   * @param apiKey that requests under {@code /v1} must have; null for none
   */
  public ModelServer(
      ServedModel model, ServeConfig config, InetSocketAddress address, @Nullable String apiKey) {
    handler = new ApiHandler(model, config, apiKey);
    server = new Server(new QueuedThreadPool(config.queue() + MORE_THREADS));
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(address.getHostString());
    connector.setPort(address.getPort());
    connector.setIdleTimeout(IDLE_MILLIS);
    server.addConnector(connector);
    server.setHandler(handler);
    server.setErrorHandler(ApiHandler::rejectedByServer);
    server.setStopTimeout(0);
  }

  /**
   * Opens the port and answers requests from now on.
   *
   * @throws IOException if the address cannot be opened
   */
  public void start() throws IOException {
    try {
      connector.open();
      server.start();
    } catch (Exception e) {
      throw e.getCause() instanceof IOException reason ? reason : new IOException(e);
    }
    watch.schedule(
        new TimerTask() {
          @Override
          public void run() {
            handler.watch();
          }
        },
        WATCH_MILLIS,
        WATCH_MILLIS);
  }

  /** Returns the address that clients use as base URL, e.g. {@code http://127.0.0.1:8080/v1}. */
  public URI uri() {
    String host = connector.getHost();
    return URI.create(
        "http://%s:%d/v1"
            .formatted(host.contains(":") ? "[" + host + "]" : host, connector.getLocalPort()));
  }

  /** Waits until the server is closed. */
  public void join() throws InterruptedException {
    server.join();
  }

  /** Closes as {@link #close(Duration)} does, with three seconds. */
  @Override
  public void close() {
    close(GRACE);
  }

  /**
   * Rejects new requests and gives those in progress some time to end. Then cancels them, tells
   * their clients and closes the port.
   */
  public void close(Duration grace) {
    handler.drain(grace.toMillis());
    watch.cancel();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server did not stop", e);
    }
    handler.close();
  }
}
