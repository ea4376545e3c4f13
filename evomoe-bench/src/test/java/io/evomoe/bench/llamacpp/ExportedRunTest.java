package io.evomoe.bench.llamacpp;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.causal.Generation;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.gguf.GgufExport;
import io.evomoe.models.gguf.GgufType;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.Run;
import io.evomoe.run.RunBuilder;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.task.Task.TrainedModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs that were trained here, exported to GGUF and run in java-llama.cpp. */
@Tag("long")
class ExportedRunTest {
  private static void train(String family, String gate, String fields, Path folder) {
    RunBuilder<?> builder = family.equals("gpt2") ? Run.gpt(DATA) : Run.llama(DATA);
    builder
        .preset("quick")
        .gate(gate)
        .model(m -> m.sequence(CONTEXT))
        .training(t -> t.steps(40).batch(8));
    for (String field : fields.isEmpty() ? List.<String>of() : List.of(fields.split(" ", -1))) {
      List<String> nameAndValue = List.of(field.split("=", 2));
      builder.set(nameAndValue.get(0), nameAndValue.get(1));
    }
    try (Run<?> run = builder.in(folder)) {
      run.train();
    }
  }

  private static final Path DATA =
      Path.of(System.getProperty("basedir", "."), "../data/sotu/sotu.test.txt.gz");
  private static final int CONTEXT = 128;
  private static final int NEW_TOKENS = 64;

  /** Logits that are nearer than this may change places where sums are added in another order. */
  private static final double NEAR = 1e-3;

  private static final List<String> PROMPTS =
      List.of("The state of", "We have", "In the year 1873, the Congress\n", "Our people ", "?");

  private static final List<String> TEXTS =
      List.of(
          "The state of the Union",
          " a text that begins with a space",
          "two  spaces,   three,    four and at the end  ",
          "a line\nanother\n\na paragraph\r\nof Windows\t\ttabs\n",
          "\n",
          "   ",
          "7 12 123 1234 12345 1,234,567.89",
          "in 1873: $4.50, 3.5% - (1/2)",
          "we've I'll they'd it's WE'VE I'M",
          "na\u00efve fa\u00e7ade \u00fcber Stra\u00dfe \u0130stanbul",
          "e\u0301 is two characters, \u00e9 is one",
          "\u65e5\u672c\u8a9e\u306e\u6587\u3002\u4e2d\u6587\uff0c\ud55c\uad6d\uc5b4",
          "\u0440\u0443\u0441\u0441\u043a\u0438\u0439"
              + " \u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac \u05e2\u05d1\u05e8\u05d9\u05ea"
              + " \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
          "\ud83d\ude00\ud83d\udc69\u200d\ud83d\ude80\ud83c\uddfa\ud83c\uddf8",
          "\u00a0no-break\u2003em\u3000ideographic spaces\u0085next line",
          "\u0661\u0662\u0663 \u2167 \u00bd \u00b2",
          "a\u0000b\u0001c\u007f",
          "one document<|endoftext|>another",
          "``quotes'' \u2018and\u2019 \u201cothers\u201d --- \u2014 ...",
          "supercalifragilisticexpialidocious ".repeat(3));

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "gpt2, dense, ''",
    "gpt2, dense, architecture.activation=GELU_TANH",
    "llama, dense, ''",
    "mixtral, topk, model.moeEvery=1",
    "mixtral, evomoe, gateOptions.evomoe.prior=none model.moeEvery=1 evolution.diversifySteps=8 evolution.hardFrom=24",
    "mixtral, evomoe, gateOptions.evomoe.prior=none model.moeEvery=1 evolution.diversifySteps=8 evolution.hardFrom=24"
        + " evolution.finalTopK=2"
  })
  void should_have_the_same_tokens_and_continuations_in_llama_cpp(
      String family, String gate, String fields) {
    Path run = folder.resolve("run");
    Path file = folder.resolve("model.gguf");
    train(family, gate, fields, run);
    RunCheckpoint checkpoint = RunCheckpoint.open(run);
    Tokenizer tokenizer = checkpoint.tokenizer();
    TrainedModel<CausalLanguageModel> model = checkpoint.trained().as(CausalLanguageModel.class);
    HubExport published = checkpoint.export(model, ExportRequest.DEFAULT);
    assertThat(published.config().path("model_type").asText()).isEqualTo(family);
    new GgufExport(published, checkpoint.folder().tokenizerPath())
        .write(file, "model", GgufType.F32);
    JavaLlamaCpp there = new JavaLlamaCpp(file, CONTEXT, folder);

    List<int[]> tokens = there.tokens(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(tokens.get(i)).as(TEXTS.get(i)).isEqualTo(tokenizer.encode(TEXTS.get(i)));
    }

    List<String> continuations = there.continuations(PROMPTS, NEW_TOKENS);
    int excused = 0;
    for (int i = 0; i < PROMPTS.size(); i++) {
      if (differsBetweenNearLogits(model, tokenizer, PROMPTS.get(i), continuations.get(i))) {
        excused++;
      }
    }
    System.out.printf(
        "%s: %d of %d continuations differ where two logits are within %s%n",
        String.join(" ", family, gate, fields), excused, PROMPTS.size(), NEAR);
    assertThat(excused).isLessThan(PROMPTS.size());
  }

  /** Whether theirs is another one than ours, from a token on that is as good as its rival. */
  private static boolean differsBetweenNearLogits(
      TrainedModel<CausalLanguageModel> trained,
      Tokenizer tokenizer,
      String prompt,
      String theirs) {
    int[] read = tokenizer.encode(prompt);
    int end = tokenizer.endOfText();
    int[] ids =
        new Generation(trained.model(), trained.context())
            .generate(
                read,
                GenerationConfig.greedy().with(g -> g.maxNewTokens(NEW_TOKENS)),
                id -> id == end);
    if (whole(text(tokenizer, ids, read.length, ids.length)).equals(whole(theirs))) {
      return false;
    }
    int same = read.length;
    while (same < ids.length
        && theirs.startsWith(whole(text(tokenizer, ids, read.length, same + 1)))) {
      same++;
    }
    double[] logits = logits(trained, Arrays.copyOf(ids, same));
    double[] sorted = Arrays.stream(logits).sorted().toArray();
    double apart = sorted[sorted.length - 1] - sorted[sorted.length - 2];
    System.out.printf(
        "after \"%s\" and %d tokens two logits are %.1e apart%n",
        prompt, same - read.length, apart);
    assertThat(apart).as("ours %s, theirs %s", tokenizer.decode(ids), theirs).isLessThan(NEAR);
    return true;
  }

  private static double[] logits(TrainedModel<CausalLanguageModel> trained, int[] ids) {
    return trained
        .model()
        .kernels()
        .read(trained.model().nextTokenLogits(TokenBatch.of(ids.length, ids), trained.context()));
  }

  private static String text(Tokenizer tokenizer, int[] ids, int from, int to) {
    return tokenizer.decode(Arrays.copyOfRange(ids, from, to));
  }

  /** Without what is left of a character whose other bytes are still to come. */
  private static String whole(String text) {
    return text.replaceAll("\uFFFD+$", "");
  }
}
