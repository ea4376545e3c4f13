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

/** Splits with which runs that were made earlier go on. */
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
  void should_hold_out_what_runs_were_begun_with() throws NoSuchAlgorithmException {
    Path data = Path.of("..", "data");
    HeldOut heldOut = HeldOut.DEFAULT.withShares(0.1, 0.2);
    TextSplit text = TextSplit.open(data.resolve("sotu/sotu.test.txt.gz"), heldOut);
    PairSplit pairs = PairSplit.open(data.resolve("lohelp/lohelp.en-de.test.tsv.gz"), heldOut);
    ClassifiedSplit classes =
        ClassifiedSplit.open(data.resolve("wordnet/wordnet-gloss.test.tsv.gz"), heldOut);

    assertThat(digest(text.train().documents())).isEqualTo("b2174eab7f221b0d");
    assertThat(digest(text.valid().documents())).isEqualTo("aca604027eb74b84");
    assertThat(digest(text.test().orElseThrow().documents())).isEqualTo("da3205ce655156ec");
    assertThat(digest(pairs.train().sources())).isEqualTo("f1c8e8b20708925c");
    assertThat(digest(pairs.valid().sources())).isEqualTo("d814a83e0b4a036b");
    assertThat(digest(pairs.test().orElseThrow().sources())).isEqualTo("cc8357d1f4ab74f0");
    TextSplit glosses = classes.texts();
    assertThat(digest(glosses.train().documents())).isEqualTo("e9dba1ee8164c60e");
    assertThat(digest(glosses.valid().documents())).isEqualTo("c03b1f4480738e15");
    assertThat(digest(glosses.test().orElseThrow().documents())).isEqualTo("75740c6ef4262e99");
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
