package io.evomoe.bench.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** An answer that says why there is no other one, in OpenAI's form. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int SERVER_ERROR = 500;

  private final int status;
  private final @Nullable String param;
  private final @Nullable String code;

  ApiException(int status, @Nullable String code, @Nullable String param, String message) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }

  /** Status 400, because of a field of the request. */
  static ApiException invalid(@Nullable String param, String message) {
    return new ApiException(400, null, param, message);
  }

  /** Status 408. */
  static ApiException late() {
    return new ApiException(408, null, null, "the body of the request did not arrive in time");
  }

  int status() {
    return status;
  }

  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putObject("error")
        .put("message", getMessage())
        .put("type", status < SERVER_ERROR ? "invalid_request_error" : "server_error")
        .put("param", param)
        .put("code", code);
    return json;
  }
}
