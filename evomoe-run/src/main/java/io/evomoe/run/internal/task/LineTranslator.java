package io.evomoe.run.internal.task;

import io.evomoe.models.text.SpecialTokens;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.models.transformer.Search;
import io.evomoe.models.transformer.Transformer;
import io.evomoe.models.transformer.Translation;
import io.evomoe.run.task.Task.TrainedModel;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Translates lines of text: one output line per line, in the same order; blank ones become empty.
 */
public final class LineTranslator {
  private final Tokenizer tokenizer;
  private final Translation translation;
  private final Search search;
  private final Set<Integer> special;

  /**
   * Creates a translator.
   *
   * @param tokenizer of the model, with {@link SpecialTokens#ROBERTA}
   */
  public LineTranslator(TrainedModel<Transformer> trained, Tokenizer tokenizer, Search search) {
    this.tokenizer = tokenizer;
    this.translation =
        new Translation(
            trained.model(),
            trained.context(),
            tokenizer.requireSpecial(SpecialTokens.END),
            tokenizer.vocabularySize());
    this.search = search;
    this.special =
        SpecialTokens.ROBERTA.all().stream()
            .map(tokenizer::requireSpecial)
            .collect(Collectors.toSet());
  }

  /** Returns the maximum number of tokens read from a line. */
  public int limit() {
    return translation.longestSource();
  }

  /**
   * Translates lines.
   *
   * @param cut receives the index of every line of more than {@link #limit()} tokens, which is
   *     truncated
   */
  public List<String> translate(List<String> lines, IntConsumer cut) {
    int[] filled = IntStream.range(0, lines.size()).filter(i -> !lines.get(i).isBlank()).toArray();
    List<int[]> sources =
        Arrays.stream(filled).mapToObj(i -> source(lines.get(i), () -> cut.accept(i))).toList();
    List<int[]> translations = translation.translate(sources, search);
    String[] translated = new String[lines.size()];
    Arrays.fill(translated, "");
    for (int i = 0; i < filled.length; i++) {
      translated[filled[i]] = text(translations.get(i));
    }
    return List.of(translated);
  }

  private int[] source(String line, Runnable cut) {
    int[] ids = tokenizer.encode(line.strip());
    if (ids.length <= limit()) {
      return ids;
    }
    cut.run();
    return Arrays.copyOf(ids, limit());
  }

  /** Returns one line, even if an untrained model has written several. */
  private String text(int[] ids) {
    int[] written = Arrays.stream(ids).filter(id -> !special.contains(id)).toArray();
    return tokenizer.decode(written).replaceAll("\\R", " ").strip();
  }
}
