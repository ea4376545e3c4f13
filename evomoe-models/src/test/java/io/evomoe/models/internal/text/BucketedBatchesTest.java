package io.evomoe.models.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.models.text.AsciiTokenizer;
import io.evomoe.models.text.PairBatch;
import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.nn.TokenBatch;
import io.evomoe.random.CounterRandom;
import io.evomoe.testing.LogOf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BucketedBatchesTest {
  private static final int MAX_TOKENS = 200;
  private static final int PAIRS = 300;
  private static final RowCorpus CORPUS = random(PAIRS);

  @Test
  void should_read_an_end_and_name_the_tokens_and_an_end() {
    RowCorpus corpus =
        RowCorpus.of(
            RecordKind.PAIR, "two", List.of(List.of("xy", "abc"), List.of("z", "abcdefgh")));
    PairBatch batch = encoded(corpus, 64).batch(new int[] {0, 1});

    assertThat(row(batch.source(), 0)).isEqualTo("xy$");
    assertThat(row(batch.source(), 1)).isEqualTo("z$");
    assertThat(batch.source().length()).isEqualTo(8);
    assertThat(row(batch.target(), 0)).isEqualTo("$abc");
    assertThat(row(batch.target(), 1)).isEqualTo("$abcdefgh");
    assertThat(batch.target().length()).isEqualTo(16);
    assertThat(text(Arrays.copyOf(batch.targets(), 16))).isEqualTo("abc$" + "-".repeat(12));
    assertThat(batch.countedTargets()).isEqualTo(4 + 9).isEqualTo(batch.target().realTokens());
  }

  @Test
  void should_count_a_target_exactly_where_the_decoder_reads_no_padding() {
    BucketedBatches batches = batches(1);
    for (int index = 0; index < batches.size(); index++) {
      PairBatch batch = batches.batch(index);
      for (int s = 0; s < batch.target().size(); s++) {
        assertThat(batch.targets()[s] < 0).isEqualTo(batch.target().isPadding(s));
        assertThat(batch.target().id(s) == 1).isEqualTo(batch.target().isPadding(s));
      }
    }
  }

  @Test
  void should_visit_every_pair_once_an_epoch() {
    BucketedBatches batches = batches(1);
    int perEpoch = batches.size();
    for (int epoch = 0; epoch < 4; epoch++) {
      List<String> visited = new ArrayList<>();
      for (int i = 0; i < perEpoch; i++) {
        visited.addAll(pairs(batches.batch((long) epoch * perEpoch + i)));
      }
      assertThat(visited)
          .containsExactlyInAnyOrderElementsOf(
              CORPUS.rows().stream().map(r -> String.join("$", r.values()) + "$").toList());
    }
  }

  @Test
  void should_keep_both_sides_within_the_tokens_and_the_lengths_alike() {
    BucketedBatches batches = batches(1);
    for (int index = 0; index < batches.size(); index++) {
      PairBatch batch = batches.batch(index);
      assertThat(batch.source().size()).isLessThanOrEqualTo(MAX_TOKENS);
      assertThat(batch.target().size()).isLessThanOrEqualTo(MAX_TOKENS);
      assertThat(batch.source().length() % 8).isZero();
      assertThat(batch.target().length() % 8).isZero();
    }
    long padded =
        IntStream.range(0, batches.size())
            .mapToLong(index -> batches.batch(index).target().size())
            .sum();
    long real =
        IntStream.range(0, batches.size())
            .mapToLong(index -> batches.batch(index).target().realTokens())
            .sum();
    assertThat(padded).isLessThan(2 * real);
  }

  @Test
  void should_mix_pairs_and_batches_anew_in_every_epoch_but_keep_the_shapes() {
    BucketedBatches batches = batches(1);
    int perEpoch = batches.size();
    List<List<String>> first = epoch(batches, 0);
    List<List<String>> second = epoch(batches, 1);

    assertThat(second).isNotEqualTo(first);
    assertThat(new HashSet<>(second)).isNotEqualTo(new HashSet<>(first));
    assertThat(shapes(batches, perEpoch)).containsExactlyInAnyOrderElementsOf(shapes(batches, 0));
    assertThat(epoch(batches(2), 0)).isNotEqualTo(first);
  }

  @Test
  void should_give_the_same_batch_again_and_out_of_order() {
    BucketedBatches forwards = batches(1);
    List<List<String>> seen = new ArrayList<>();
    int count = 2 * forwards.size();
    for (int index = 0; index < count; index++) {
      seen.add(pairs(forwards.batch(index)));
    }
    BucketedBatches backwards = batches(1);
    for (int index = count - 1; index >= 0; index--) {
      assertThat(pairs(backwards.batch(index))).isEqualTo(seen.get(index));
      assertThat(pairs(forwards.batch(index))).isEqualTo(seen.get(index));
    }
  }

  @Test
  void should_evaluate_evenly_over_the_lengths_and_for_every_seed_alike() {
    BucketedBatches batches = batches(1);
    List<PairBatch> all = batches.evaluationBatches(Integer.MAX_VALUE);
    List<PairBatch> some = batches.evaluationBatches(3);

    assertThat(all).hasSize(batches.size());
    Set<String> visited = new HashSet<>();
    all.forEach(batch -> visited.addAll(pairs(batch)));
    assertThat(visited).hasSize(PAIRS);
    assertThat(some).hasSize(3);
    assertThat(some.get(0).target().length()).isLessThan(some.get(2).target().length());
    for (int i = 0; i < 3; i++) {
      assertThat(pairs(some.get(i))).isEqualTo(pairs(batches(2).evaluationBatches(3).get(i)));
    }
  }

  @Test
  void should_cut_long_pairs_and_say_how_many() {
    RowCorpus corpus =
        RowCorpus.of(
            RecordKind.PAIR,
            "mine",
            List.of(
                List.of("abcdef", "x"),
                List.of("abcdefg", "abcdefg"),
                List.of("a", "abcdefghi"),
                List.of("a", "abcdef")));
    List<EncodedPairs> pairs = new ArrayList<>();

    List<String> log = LogOf.running(EncodedPairs.class, () -> pairs.add(encoded(corpus, 7)));

    assertThat(log)
        .containsExactly("mine: 2 of 4 pairs have a side of more than 7 tokens, which was cut");
    assertThat(pairs.get(0).cutPairs()).isEqualTo(2);
    PairBatch batch = pairs.get(0).batch(new int[] {1, 2});
    assertThat(row(batch.source(), 0)).isEqualTo("abcdef$");
    assertThat(row(batch.target(), 1)).isEqualTo("$abcdef");
    assertThat(batch.source().length()).isEqualTo(7);
  }

  @Test
  void should_log_nothing_when_nothing_is_cut() {
    assertThat(LogOf.running(EncodedPairs.class, () -> encoded(CORPUS, 64))).isEmpty();
  }

  @Test
  void should_count_tokens_on_both_sides() {
    EncodedPairs pairs =
        encoded(RowCorpus.of(RecordKind.PAIR, "one", List.of(List.of("ab", "bbc"))), 64);

    assertThat(pairs.frequencies(133).of('b' + 4)).isEqualTo(3);
    assertThat(pairs.frequencies(133).of(2)).isEqualTo(2);
  }

  @Test
  void should_refuse_what_it_cannot_batch() {
    EncodedPairs pairs =
        encoded(RowCorpus.of(RecordKind.PAIR, "one", List.of(List.of("a", "abcdefgh"))), 64);

    assertThatThrownBy(() -> new BucketedBatches(pairs, 15, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("tokens of a batch must be at least 16, the longest sentence of one, were 15");
    assertThat(new BucketedBatches(pairs, 16, 1).size()).isEqualTo(1);
    assertThatThrownBy(() -> new BucketedBatches(pairs, 16, 1).batch(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("batch index must be at least 0, was -1");
  }

  @Test
  void should_refuse_sides_that_do_not_belong_together() {
    TokenBatch one = TokenBatch.of(2, new int[] {5, 2});
    TokenBatch two = TokenBatch.of(1, new int[] {2, 2});

    assertThatThrownBy(() -> new PairBatch(one, two, new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("target must have as many sequences as source (1), had 2");
    assertThatThrownBy(() -> new PairBatch(one, one, new int[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("targets must be one a token (2), were 3");
  }

  private static BucketedBatches batches(long seed) {
    return new BucketedBatches(encoded(CORPUS, 64), MAX_TOKENS, seed);
  }

  private static EncodedPairs encoded(RowCorpus corpus, int limit) {
    return EncodedPairs.of(corpus, new AsciiTokenizer(), limit);
  }

  private static RowCorpus random(int pairs) {
    CounterRandom random = new CounterRandom(1);
    return RowCorpus.of(
        RecordKind.PAIR,
        "random",
        IntStream.range(0, pairs)
            .mapToObj(
                i ->
                    List.of(
                        i + "s".repeat(random.below(30, 2L * i)),
                        i + "t".repeat(random.below(30, 2L * i + 1))))
            .toList());
  }

  private static List<List<String>> epoch(BucketedBatches batches, int epoch) {
    int perEpoch = batches.size();
    return IntStream.range(0, perEpoch)
        .mapToObj(i -> pairs(batches.batch((long) epoch * perEpoch + i)))
        .toList();
  }

  private static List<String> shapes(BucketedBatches batches, int from) {
    return IntStream.range(from, from + batches.size())
        .mapToObj(batches::batch)
        .map(b -> b.source().sequences() + " " + b.source().length() + " " + b.target().length())
        .toList();
  }

  private static List<String> pairs(PairBatch batch) {
    int length = batch.target().length();
    String named = text(batch.targets());
    return IntStream.range(0, batch.source().sequences())
        .mapToObj(
            i ->
                row(batch.source(), i)
                    + named.substring(i * length, (i + 1) * length).replace("-", ""))
        .toList();
  }

  private static String row(TokenBatch batch, int row) {
    int start = row * batch.length();
    return text(
        IntStream.range(start, start + batch.length())
            .filter(s -> !batch.isPadding(s))
            .map(batch::id)
            .toArray());
  }

  /** The characters, with a dollar for the end and a dash for what does not count. */
  private static String text(int[] ids) {
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(id == 2 ? '$' : id < 0 ? '-' : (char) (id - 4));
    }
    return text.toString();
  }
}
