package io.evomoe.bench.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.evomoe.bench.serve.ModelServer;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.TextStream.Generated;
import io.evomoe.run.TextStream.Generated.FinishReason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server of a language model, asked as clients ask it. */
@Timeout(60)
class ModelServerTest extends ServedGpt {
  @Test
  void should_complete_a_prompt_as_the_predictor_does() throws Exception {
    Generated expected =
        predictor.generate(
            "Message 7",
            GenerateCommand.USUAL.with(
                g ->
                    g.maxNewTokens(30)
                        .temperature(0.7)
                        .topP(0.9)
                        .seed(5)
                        .stopStrings(List.of("zz"))));
    String request =
        """
        {"model": "trained", "prompt": "Message 7", "max_tokens": 30, "temperature": 0.7,
         "top_p": 0.9, "seed": 5, "stop": "zz", "user": "u", "n": 1, "logprobs": null%s}""";

    JsonNode whole = client.json(COMPLETIONS, request.formatted(""));
    List<JsonNode> events =
        client.events(
            COMPLETIONS,
            request.formatted(", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));

    assertThat(whole.at("/choices/0/text").textValue()).isEqualTo(expected.text());
    String reason = expected.finishReason() == FinishReason.LENGTH ? "length" : "stop";
    assertThat(whole.at("/choices/0/finish_reason").textValue()).isEqualTo(reason);
    assertThat(whole.at("/usage/prompt_tokens").intValue())
        .isEqualTo(predictor.countTokens("Message 7"));
    assertThat(whole.at("/usage/completion_tokens").intValue())
        .isEqualTo(expected.tokenIds().size());
    assertThat(
            events.stream()
                .map(e -> e.at("/choices/0/text").asText())
                .collect(Collectors.joining()))
        .isEqualTo(expected.text());
    assertThat(events.get(events.size() - 2).at("/choices/0/finish_reason").textValue())
        .isEqualTo(reason);
    assertThat(events.get(events.size() - 1).get("usage")).isEqualTo(whole.get("usage"));
    assertThat(events.subList(0, events.size() - 1))
        .allMatch(event -> event.has("usage") && event.get("usage").isNull());
  }

  @Test
  void should_answer_a_conversation_as_the_predictor_does() throws Exception {
    Generated expected =
        predictor.generate(
            List.of(new ChatMessage("system", "Be short."), ChatMessage.user("Which road?")),
            GenerateCommand.USUAL.with(g -> g.maxNewTokens(12).temperature(0)));
    String request =
        """
        {"model": "trained", "messages": [{"role": "system", "content": "Be short."},
          {"role": "user", "content": [{"type": "text", "text": "Which "}, {"type": "text", "text": "road?"}]}],
         "max_completion_tokens": 12, "temperature": 0, "tools": [], "tool_choice": "auto",
         "response_format": {"type": "text"}, "parallel_tool_calls": true, "modalities": ["text"],
         "presence_penalty": 0, "frequency_penalty": 0.0, "service_tier": "auto"%s}""";

    JsonNode whole = client.json(CHAT, request.formatted(""));
    List<JsonNode> events = client.events(CHAT, request.formatted(", \"stream\": true"));

    assertThat(whole.at("/choices/0/message/role").textValue()).isEqualTo("assistant");
    assertThat(whole.at("/choices/0/message/content").textValue()).isEqualTo(expected.text());
    assertThat(whole.at("/usage/completion_tokens").intValue())
        .isEqualTo(expected.tokenIds().size());
    assertThat(events.get(0).at("/choices/0/delta/role").textValue()).isEqualTo("assistant");
    assertThat(
            events.stream()
                .map(e -> e.at("/choices/0/delta/content").asText())
                .collect(Collectors.joining()))
        .isEqualTo(expected.text());
    assertThat(events.get(events.size() - 1).at("/choices/0/finish_reason"))
        .isEqualTo(whole.at("/choices/0/finish_reason"));
  }

  @Test
  void should_say_that_a_text_ended_by_itself() throws Exception {
    String all = predictor.generate("Message", GenerateCommand.USUAL.with(g -> g.seed(3))).text();
    String stop = all.substring(3, 4);

    JsonNode whole =
        client.json(
            COMPLETIONS,
            "{\"prompt\": \"Message\", \"seed\": 3, \"max_tokens\": 64, \"stop\": [%s]}"
                .formatted(TextNode.valueOf(stop)));

    assertThat(whole.at("/choices/0/text").textValue())
        .isEqualTo(all.substring(0, all.indexOf(stop)));
    assertThat(whole.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
  }

  @Test
  void should_embed_texts_as_numbers_and_as_base64() throws Exception {
    List<String> texts = List.of("a road", "rivers of the year");
    List<float[]> expected = predictor.embed(texts, true);
    String request = "{\"input\": [\"a road\", \"rivers of the year\"]%s}";

    JsonNode numbers = client.json("/v1/embeddings", request.formatted(""));
    JsonNode packed =
        client.json("/v1/embeddings", request.formatted(", \"encoding_format\": \"base64\""));

    for (int i = 0; i < texts.size(); i++) {
      float[] values = new float[expected.get(i).length];
      for (int j = 0; j < values.length; j++) {
        values[j] = numbers.at("/data/%d/embedding/%d".formatted(i, j)).floatValue();
      }
      assertThat(values).isEqualTo(expected.get(i));
      byte[] bytes =
          Base64.getDecoder().decode(packed.at("/data/%d/embedding".formatted(i)).textValue());
      FloatBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[] unpacked = new float[floats.remaining()];
      floats.get(unpacked);
      assertThat(unpacked).isEqualTo(expected.get(i));
    }
    assertThat(numbers.at("/usage/prompt_tokens").intValue())
        .isEqualTo(texts.stream().mapToInt(predictor::countTokens).sum());
  }

  @Test
  void should_name_its_model_its_health_and_its_counts() throws Exception {
    client.json(COMPLETIONS, "{\"prompt\": \"A\"}");

    assertThat(client.get("/v1/models").body()).contains("\"id\":\"trained\"");
    assertThat(client.get("/v1/models/trained").statusCode()).isEqualTo(200);
    assertThat(client.get("/v1/models/other").statusCode()).isEqualTo(404);
    HttpClients stranger = new HttpClients(server.uri(), "");
    assertThat(stranger.get("/health").body()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(raw("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n"))
        .contains("200", "Content-Length: 15")
        .doesNotContain("ok");
    assertThat(raw("GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: bearer sesame\r\n\r\n"))
        .contains("200");
    assertThat(stranger.get("/metrics").body())
        .contains("evomoe_requests_total{path=\"/v1/completions\",status=\"200\"}")
        .contains("evomoe_first_token_seconds_count")
        .contains("evomoe_generated_tokens_total")
        .contains("evomoe_requests_in_progress{state=\"running\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "completions | {} | prompt | prompt is missing",
        "completions | {\"prompt\": 7} | prompt | prompt must be a string, was 7",
        "completions | {\"prompt\": [1, 2]} | prompt[0] | prompt[0] must be a string, was 1",
        "completions | {\"prompt\": [\"a\", \"b\"]} | prompt | prompt must be one text, had 2",
        "completions | {\"prompt\": \"\\ud800\"} | prompt | valid Unicode",
        "completions | {\"prompt\": \"a\", \"n\": 2} | n | n must be 1, was 2",
        "completions | {\"prompt\": \"a\", \"echo\": true} | echo | echo is not supported",
        "completions | {\"prompt\": \"a\", \"logprobs\": 2} | logprobs | logprobs is not supported",
        "completions | {\"prompt\": \"a\", \"logprobs\": 0} | logprobs | logprobs is not supported",
        "completions | {\"prompt\": \"a\", \"best_of\": 0} | best_of | best_of is not supported",
        "completions | {\"prompt\": \"a\", \"tools\": [{}]} | tools | tools is not supported",
        "completions | {\"prompt\": \"a\", \"temprature\": 1} | temprature | did you mean temperature?",
        "completions | {\"prompt\": \"a\", \"temperature\": -1} | temperature | temperature must be at least 0",
        "completions | {\"prompt\": \"a\", \"top_p\": 2} | top_p | top_p must be in (0, 1], was 2.0",
        "completions | {\"prompt\": \"a\", \"top_k\": 1.5} | top_k | top_k must be an integer, was 1.5",
        "completions | {\"prompt\": \"a\", \"stop\": \"\"} | stop | stop must not be empty",
        "completions | {\"prompt\": \"a\", \"stream\": 1} | stream | stream must be true or false, was 1",
        "completions | {\"prompt\": \"a\", \"stream_options\": {}} | stream_options | needs stream: true",
        "completions | {\"prompt\": \"a\", \"max_tokens\": 0} | max_tokens | max_tokens must be in 1..4000, was 0",
        "completions | {\"prompt\": \"a\", \"max_tokens\": 1e99} | max_tokens | max_tokens must be an integer",
        "completions | {\"prompt\": \"a\", \"prompt\": \"b\"} | | Duplicate field 'prompt'",
        "completions | {\"prompt\": \"a\" | | the request must be valid JSON",
        "completions | [] | | the request must be a JSON object",
        "completions | nothing | | the request must be valid JSON",
        "chat/completions | {} | messages | messages is missing",
        "chat/completions | {\"messages\": []} | messages | messages must be at least 1, were 0",
        "chat/completions | {\"messages\": [\"a\"]} | messages[0] | messages[0] must be an object, was",
        "chat/completions | {\"messages\": [{\"content\": \"a\"}]} | messages[0].role | messages[0].role is missing",
        "chat/completions | {\"messages\": [{\"role\": \" \", \"content\": \"a\"}]} | messages[0].role | must not be blank",
        "chat/completions | {\"messages\": [{\"role\": \"user\"}]} | messages[0].content | messages[0].content is missing",
        "chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {}}]}]} | messages[0].content[0].type | messages[0].content[0].type must be text, was image_url",
        "chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": [{\"text\": \"a\"}]}]} | messages[0].content[0].type | messages[0].content[0].type is missing",
        "chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": []}]} | messages[0].content | messages[0].content must not be empty",
        "chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": \"a\", \"name\": \"b\"}]} | messages[0].name | messages[0].name is not supported",
        "chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"max_tokens\": 1, \"max_completion_tokens\": 1} | max_tokens | give one of them",
        "chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"prompt\": \"a\"} | prompt | unknown field prompt",
        "embeddings | {} | input | input is missing",
        "embeddings | {\"input\": []} | input | input must have 1..2048 texts, had 0",
        "embeddings | {\"input\": [\"a\", \" \"]} | input | input[1] must not be blank",
        "embeddings | {\"input\": \"a\", \"dimensions\": 0} | dimensions | dimensions is not supported",
        "embeddings | {\"input\": \"a\", \"encoding_format\": \"x\"} | encoding_format | float or base64, was x",
        "classify | {\"input\": \"a\"} | | trained is a run of task gpt; classify needs a fine-tuned classifier",
        "translate | {\"input\": \"a\"} | | trained is a run of task gpt; translate needs task mt",
        "translate | {\"input\": \"a\", \"beam\": 0} | beam | beam must be at least 1",
        "translate | {\"input\": \"a\", \"length_penalty\": -1} | length_penalty | length_penalty must be at least 0",
        "translate | {\"input\": \"a\", \"beam\": 99} | beam | beam must be in 1..32"
      })
  void should_reject_a_request_with_one_sentence(
      String path, String body, String param, String says) throws Exception {
    rejected(client.post("/v1/" + path, body), 400, says, param);
  }

  @Test
  void should_keep_its_sentences_when_it_serves_the_current_folder() throws Exception {
    try (ModelServer here = HttpClients.serve(predictor, Path.of("."))) {
      rejected(
          new HttpClients(here.uri(), "")
              .post("/v1/translate", "{\"input\": \"a\", \"length_penalty\": -1.5}"),
          400,
          "length_penalty must be at least 0 and finite, was -1.5",
          "length_penalty");
    }
  }

  @Test
  void should_reject_what_is_too_long_for_the_model() throws Exception {
    String prompt = "long ".repeat(1000);
    rejected(
        client.post(COMPLETIONS, "{\"prompt\": \"%s\", \"max_tokens\": 3500}".formatted(prompt)),
        400,
        "the model has a context of 4096 tokens",
        "max_tokens");
    rejected(
        client.post("/v1/embeddings", "{\"input\": \"%s\"}".formatted("xq".repeat(4000))),
        400,
        "input[0] must have at most 4096 tokens",
        "input");
  }

  @Test
  void should_reject_a_request_before_it_is_read() throws Exception {
    byte[] latin = "{\"prompt\": \"Straße\"}".getBytes(ISO_8859_1);
    rejected(client.post(COMPLETIONS, latin), 400, "must be valid UTF-8", null);
    rejected(
        client.post(
            COMPLETIONS, "{\"prompt\": \"a\", \"stop\": \"%s\"}".formatted("b".repeat(300))),
        400,
        "strings of at most 256 characters",
        "stop");
    rejected(
        client.post("/v1/embeddings", "{\"input\": [%s\"a\"]}".formatted("\"a\",".repeat(2048))),
        400,
        "input must have 1..2048 texts, had 2049",
        "input");
    byte[] large = new byte[10_001];
    rejected(client.post(COMPLETIONS, large), 413, "at most 10000 bytes", null);
    HttpClients thief = new HttpClients(server.uri(), "simsalabim");
    rejected(thief.post(COMPLETIONS, "{}"), 401, "API key", null);
    rejected(thief.post("/v1/nothing", "{}"), 401, "API key", null);
    rejected(client.get(COMPLETIONS), 405, "must be POST, was GET", null);
    rejected(client.post("/health", "{}"), 405, "must be GET, was POST", null);
    rejected(client.post("/v2/completions", "{}"), 404, "unknown path /v2/completions", null);
    rejected(
        client.post(COMPLETIONS, "{\"prompt\": \"a\", \"model\": \"gpt-9\"}"),
        404,
        "the model must be trained, was gpt-9",
        "model");
    assertThat(raw("POST /v1/completions HTTP/1.1\r\nHost: a\r\n\r\n")).contains("401");
    assertThat(raw("nonsense\r\n\r\n")).contains("400", "{\"error\":{\"message\":\"Bad Request\"");
    assertThat(
            raw(
                """
                POST /v1/completions HTTP/1.1\r
                Host: a\r
                Authorization: Bearer sesame\r
                Content-Type: text/plain\r
                Content-Length: 2\r
                \r
                {}"""))
        .contains("415")
        .contains("must be application/json, was text/plain");
    String chunked =
        """
        POST /v1/completions HTTP/1.1\r
        Host: a\r
        Authorization: Bearer sesame\r
        Content-Type: application/json\r
        Transfer-Encoding: chunked\r
        \r
        """;
    assertThat(raw(chunked + "4e20\r\n" + " ".repeat(20_000) + "\r\n0\r\n\r\n")).contains("413");
    assertThat(raw(chunked + "xyz\r\n{}\r\n0\r\n\r\n"))
        .contains("400", "the body of the request could not be read");
  }

  /** The answer to bytes that no client of HTTP would send. */
  private static String raw(String bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write(bytes.getBytes(UTF_8));
      byte[] answer = new byte[10_000];
      int length = socket.getInputStream().read(answer);
      return new String(answer, 0, Math.max(0, length), UTF_8);
    }
  }
}
