package io.evomoe.bench.serve;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;

/** Limits of a server. */
public record ServeConfig(
    @Field(doc = "maximum bytes of a request", initial = "1048576", min = 1, max = 1 << 28)
        int maxBody,
    @Field(doc = "maximum new tokens of a request", initial = "1024", min = 1) int maxTokens,
    @Field(
            doc = "maximum requests at a time, waiting ones included; others get status 503",
            initial = "128",
            min = 1,
            max = 10_000)
        int queue,
    @Field(
            doc = "maximum seconds of a request; a text ends there",
            initial = "120",
            min = 1,
            max = 86_400)
        int timeout) {
  /** The default limits. */
  public static final ServeConfig DEFAULT = Fields.defaults(ServeConfig.class);

  /** Rejects numbers out of bounds. */
  public ServeConfig {
    Fields.require(ServeConfig.class, maxBody, maxTokens, queue, timeout);
  }
}
