package io.evomoe.models.text;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The special tokens of a vocabulary. Their spellings inside a text become the tokens, as in
 * Hugging Face's library, and no byte pair reaches into or across one.
 *
 * @param first those with the lowest ids, in the order of their ids
 * @param last those with the highest ids, in the order of their ids
 */
public record SpecialTokens(List<String> first, List<String> last) {
  /** Spelling of the token that begins a sequence. */
  public static final String BEGIN = "<s>";

  /** Spelling of the padding token. */
  public static final String PADDING = "<pad>";

  /** Spelling of the token that ends a sequence. */
  public static final String END = "</s>";

  /** Spelling of the token for unknown text; byte-level vocabularies never use it. */
  public static final String UNKNOWN = "<unk>";

  /** Spelling of the mask token. */
  public static final String MASK = "<mask>";

  /** Spelling of GPT-2's token between documents. */
  public static final String END_OF_TEXT = "<|endoftext|>";

  /** GPT-2's: end-of-text alone, with the highest id (Radford et al., 2019). */
  public static final SpecialTokens GPT = new SpecialTokens(List.of(), List.of(END_OF_TEXT));

  /** RoBERTa's, with its ids: 0 to 3, and the mask last (Liu et al., arXiv 1907.11692). */
  public static final SpecialTokens ROBERTA =
      new SpecialTokens(List.of(BEGIN, PADDING, END, UNKNOWN), List.of(MASK));

  /** Checks that there are tokens and that all spellings differ. */
  public SpecialTokens {
    first = List.copyOf(first);
    last = List.copyOf(last);
    List<String> all = Stream.concat(first.stream(), last.stream()).toList();
    if (all.isEmpty() || all.contains("") || Set.copyOf(all).size() < all.size()) {
      throw new IllegalArgumentException(
          "special tokens must be at least one, none empty and none twice, were " + all);
    }
  }

  /** Returns the number of tokens. */
  public int size() {
    return first.size() + last.size();
  }

  /** Returns all tokens, the lowest ids first. */
  public List<String> all() {
    return Stream.concat(first.stream(), last.stream()).toList();
  }
}
