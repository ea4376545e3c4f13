package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.pairs.PairSplit;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The split of version 0.1.0, with which its runs go on. */
class EarlierSplitTest {

  @Test
  void should_hold_out_what_version_0_1_0_held_out() throws NoSuchAlgorithmException {
    Path data = Path.of("..", "data");
    TextSplit text = TextSplit.open(data.resolve("sotu/sotu.test.txt.gz"), HeldOut.EARLIER);
    PairSplit pairs =
        PairSplit.open(data.resolve("lohelp/lohelp.en-de.test.tsv.gz"), HeldOut.EARLIER);
    ClassifiedSplit classes =
        ClassifiedSplit.open(data.resolve("wordnet/wordnet-gloss.test.tsv.gz"), HeldOut.EARLIER);

    assertThat(digest(text.train().documents())).isEqualTo("6f60110b6e7ebc17");
    assertThat(digest(text.valid().documents())).isEqualTo("694bf5e071be41cd");
    assertThat(digest(pairs.train().sources())).isEqualTo("272c5e57bbcdcc1d");
    assertThat(digest(pairs.valid().sources())).isEqualTo("5ae03a5410b2cb1e");
    assertThat(digest(classes.train().texts().documents())).isEqualTo("34d065441a3c8af2");
    assertThat(digest(classes.valid().texts().documents())).isEqualTo("01b56271173535a2");
  }

  @Test
  void should_cut_a_single_document_where_version_0_1_0_did() {
    String document = "one two three four five six seven eight nine ten eleven twelve";

    TextSplit split = TextSplit.of(new TextCorpus("one", List.of(document)), HeldOut.EARLIER);

    assertThat(split.train().documents())
        .containsExactly("one two three four five six seven eight nine ten eleven");
    assertThat(split.valid().documents()).containsExactly("twelve");
  }

  @Test
  void should_have_no_test_side() {
    assertThatThrownBy(() -> HeldOut.EARLIER.withShares(0.1, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("testShare must be 0 with rule spread, was 0.1");
  }

  private static String digest(List<String> texts) throws NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    texts.forEach(text -> digest.update((text + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
  }
}
