package io.evomoe.run.internal.task;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.Tokenizer;
import io.evomoe.run.data.Dataset;
import java.util.Arrays;
import java.util.Optional;

/** Token ids for training and validation. Without a validation set, the last ids are held out. */
record EncodedSides(TokenStream train, TokenStream valid) {

  static EncodedSides of(Dataset data, HeldOut rule, Tokenizer tokenizer) {
    int[] all = ids(data, tokenizer);
    Optional<Dataset> own = data.validation();
    if (own.isPresent()) {
      return new EncodedSides(
          new TokenStream("training part of " + data.name(), all),
          new TokenStream("validation part of " + data.name(), ids(own.get(), tokenizer)));
    }
    int cut = all.length - (int) Math.max(1, Math.round(rule.validShare() * all.length));
    if (cut < 1) {
      throw new IllegalArgumentException(
          "%s must have at least 2 token ids, has %d".formatted(data.name(), all.length));
    }
    return new EncodedSides(
        new TokenStream("training part of " + data.name(), Arrays.copyOf(all, cut)),
        new TokenStream(
            "validation part of " + data.name(), Arrays.copyOfRange(all, cut, all.length)));
  }

  private static int[] ids(Dataset data, Tokenizer tokenizer) {
    int[] ids =
        data.tokens()
            .orElseThrow(() -> new IllegalArgumentException(data.name() + " holds no token ids"))
            .toArray();
    for (int id : ids) {
      if (id < 0 || id >= tokenizer.vocabularySize()) {
        throw new IllegalArgumentException(
            "token id of %s must be in 0..%d, was %d"
                .formatted(data.name(), tokenizer.vocabularySize() - 1, id));
      }
    }
    return ids;
  }

  TokenStream part(String split) {
    return Parts.of("split", split, train, valid, Optional.empty(), train.name());
  }
}
