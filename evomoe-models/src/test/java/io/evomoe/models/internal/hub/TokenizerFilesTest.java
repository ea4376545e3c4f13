package io.evomoe.models.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.hub.Published;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.models.internal.tokenizer.TokenizerContents;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.PublishedTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tokenizers of newer models, in the folder of a model. */
class TokenizerFilesTest {
  private static final String TEXT = "We'LL see 1790 members,  it's\n\n the people's";

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void should_fit_a_model_with_a_row_for_every_token_and_be_copied(PublishedTokenizer published)
      throws IOException {
    Path from = published.write(Files.createDirectory(folder.resolve("from")));
    Path into = folder.resolve("into");
    BpeTokenizer tokenizer = BpeTokenizer.load(from);
    int size = tokenizer.vocabularySize();
    assertThat(TokenizerFiles.isIn(from)).isTrue();
    TokenizerFiles.requireFit(from, model(size));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.requireFit(from, model(size - 1)))
        .withMessageContaining("must have at most the %d tokens of the model", size - 1);

    TokenizerFiles.copy(from, into);
    BpeTokenizer copied = BpeTokenizer.load(into);
    assertThat(copied.encode(TEXT)).isEqualTo(tokenizer.encode(TEXT));

    assertThat(TokenizerContents.read(into).end()).isEqualTo(TokenizerContents.read(from).end());
  }

  @Test
  void should_copy_nothing_but_json_and_merges() throws IOException {
    Path from = PublishedTokenizer.QWEN2.write(Files.createDirectory(folder.resolve("from")));
    Path into = folder.resolve("into");
    for (String name : List.of("added_tokens.json", "special_tokens_map.json", "merges.txt")) {
      Path key =
          Files.writeString(from.resolve(name), "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\n");

      assertThatIllegalArgumentException()
          .isThrownBy(() -> TokenizerFiles.copy(from, into))
          .withMessageStartingWith(key + " must ");
      assertThat(into.resolve(name)).doesNotExist();
      Files.delete(key);
    }
  }

  @Test
  void should_not_follow_a_link_out_of_its_folder() throws IOException {
    Path from = PublishedTokenizer.QWEN2.write(Files.createDirectory(folder.resolve("from")));
    Path secret = Files.writeString(folder.resolve("secret"), "{\"password\": 1}");
    Path link = Files.createSymbolicLink(from.resolve("added_tokens.json"), secret);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.copy(from, folder.resolve("into")))
        .withMessage(
            "%s must not be a link to a file outside of its folder: copy that file here", link);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerFiles.requireFit(from, model(300)))
        .withMessageContaining("must not be a link");
  }

  private PublishedModel model(int vocabulary) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path config = Published.folder("gpt2").resolve("config.json");
    ObjectNode changed = (ObjectNode) json.readTree(config.toFile());
    changed.put("vocab_size", vocabulary);
    Files.writeString(folder.resolve("config.json"), changed.toString());
    return HubConfig.read(folder);
  }
}
