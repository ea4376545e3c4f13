package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.bench.cli.console.Utf8Lines;
import io.evomoe.internal.names.Fields;
import io.evomoe.models.causal.GenerationConfig;
import io.evomoe.models.text.ChatMessage;
import io.evomoe.run.Predictor;
import io.evomoe.run.TextStream.Generated;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe generate}: continues a text. */
@Command(
    name = "generate",
    description = {
      "Continues a text with a trained language model. A model with a chat template answers a"
          + " message instead."
    },
    footer = {
      "evomoe generate --checkpoint runs/mine --prompt \"The state of\" --tokens 40",
      "evomoe generate --checkpoint runs/mine --greedy"
    })
final class GenerateCommand implements Runnable {
  /** Small models repeat themselves without one; Ollama has the same default. */
  private static final double PENALTY = 1.1;

  /** Settings of a text for which a user has given none. */
  static final GenerationConfig USUAL =
      GenerationConfig.defaults().with(g -> g.repetitionPenalty(PENALTY));

  @Option(
      names = "--checkpoint",
      required = true,
      description = "run folder, for its best checkpoint, or one checkpoint in it")
  Path checkpoint = Path.of(".");

  @Option(
      names = "--prompt",
      description =
          "text to continue, or message to answer (default: standard input; on a terminal, one"
              + " prompt after another)")
  @Nullable String prompt;

  @Mixin
  FieldOptions sampling =
      new FieldOptions(
          GenerationConfig.class,
          field ->
              field.getName().equals("repetitionPenalty") ? "" + PENALTY : Fields.initial(field),
          "--tokens=maxNewTokens --temperature --top-k --top-p --repetition-penalty --seed");

  @Option(names = "--stop", description = "end before this text; may be repeated")
  List<String> stop = List.of();

  @Option(
      names = "--no-chat",
      description = "continue the text, although the model has a chat template")
  boolean plain;

  @Option(names = "--greedy", description = "always take the most likely token")
  boolean greedy;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    if (greedy) {
      String why = "cannot be given with --greedy";
      CommandText.reject(spec, why, "--temperature", "--top-k", "--top-p", "--seed");
    }
    GenerationConfig asked = sampling.over(USUAL.with(g -> g.stopStrings(stop)));
    GenerationConfig config = greedy ? asked.with(g -> g.temperature(0)) : asked;
    try (Predictor predictor = Predictor.open(checkpoint)) {
      boolean chat = !plain && predictor.chatTemplate().isPresent();
      if (prompt == null && Utf8Lines.isTerminal()) {
        new PromptLoop(predictor, sampling, config, chat).run();
        return;
      }
      String text = prompt == null ? Utf8Lines.piped() : prompt;
      if (chat) {
        System.err.println("An answer by the chat template; --no-chat continues the text.");
        List<ChatMessage> messages = List.of(ChatMessage.user(text.stripTrailing()));
        System.out.println(predictor.generate(messages, config).text());
        return;
      }
      Generated generated = predictor.generate(text, config);
      System.out.println(text + generated.text());
    }
  }
}
