package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.models.text.source.Utf8Text;
import io.evomoe.random.CounterRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Documents in two, with all of them in memory and compared char by char. */
record SlowSplit(List<String> left, List<String> taken) {

  static SlowSplit of(List<String> documents, double share, long seed) {
    Map<String, Long> lengths = new LinkedHashMap<>();
    documents.forEach(text -> lengths.merge(text, Unit.of(text, "", text).length(), Long::sum));
    List<String> sorted = new ArrayList<>(lengths.keySet());
    sorted.sort(
        Comparator.<String>comparingLong(lengths::get)
            .reversed()
            .thenComparingLong(text -> CounterRandom.fold(seed, text))
            .thenComparing(Comparator.naturalOrder()));
    ProportionalSample.Sample sample =
        ProportionalSample.of(
            sorted.stream().mapToLong(lengths::get).toArray(), new int[sorted.size()], share, seed);
    Set<String> whole = new HashSet<>();
    sample.taken().stream().forEach(i -> whole.add(sorted.get(i)));
    TextCut cut = TextCut.NOWHERE;
    String cutText = "";
    if (sample.undecided() >= 0) {
      cutText = sorted.get(sample.undecided());
      double all = documents.stream().mapToLong(Utf8Text::length).sum();
      double slack = ProportionalSample.LONG * all / Utf8Text.length(cutText);
      TextCorpus one = new TextCorpus("one", List.of(cutText));
      cut = TextCut.near(one, 0, cutText.length(), 1 - sample.part(), slack);
      if (cut.equals(TextCut.NOWHERE)) {
        if (sorted.size() > whole.size() + 1 && (whole.isEmpty() || sample.whole())) {
          whole.add(cutText);
        } else if (whole.isEmpty()) {
          throw new IllegalArgumentException("too short");
        }
        cutText = "";
      }
    }
    SlowSplit split = new SlowSplit(new ArrayList<>(), new ArrayList<>());
    for (String text : documents) {
      if (text.equals(cutText)) {
        split.left.add(text.substring(0, cut.end()));
        split.taken.add(text.substring(cut.begin()));
      } else {
        (whole.contains(text) ? split.taken : split.left).add(text);
      }
    }
    return split;
  }
}
