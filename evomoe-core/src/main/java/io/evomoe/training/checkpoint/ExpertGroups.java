package io.evomoe.training.checkpoint;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The old experts that each expert of a converted checkpoint is created from.
 *
 * @param groups for each new expert the old ones that are averaged, at least one each
 */
public record ExpertGroups(List<List<Integer>> groups) {

  /** Rejects empty lists and groups, negative numbers, and duplicates in a group. */
  public ExpertGroups {
    groups = groups.stream().map(List::copyOf).toList();
    if (groups.isEmpty() || groups.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException(
          "experts must be at least 1, each from at least 1, were " + groups);
    }
    if (groups.stream().flatMap(List::stream).anyMatch(expert -> expert < 0)) {
      throw new IllegalArgumentException("experts must be at least 0, were " + groups);
    }
    for (List<Integer> group : groups) {
      if (group.stream().distinct().count() < group.size()) {
        throw new IllegalArgumentException(
            "experts of one mean must be different ones, were " + group);
      }
    }
  }

  /** Selects experts, in this order. */
  public static ExpertGroups select(List<Integer> experts) {
    return new ExpertGroups(experts.stream().map(List::of).toList());
  }

  /** Returns one expert, the mean of {@code experts} old ones. */
  public static ExpertGroups mergeAll(int experts) {
    return new ExpertGroups(List.of(IntStream.range(0, experts).boxed().toList()));
  }

  /**
   * Copies the old experts in turn: of 4 old ones, new expert 5 is a copy of 1.
   *
   * @param experts number of old experts
   * @param wanted number of new experts, more than {@code experts}
   */
  public static ExpertGroups spawn(int experts, int wanted) {
    if (wanted <= experts) {
      throw new IllegalArgumentException(
          "spawned experts must be more than the %d there are, was %d".formatted(experts, wanted));
    }
    return new ExpertGroups(
        IntStream.range(0, wanted).mapToObj(expert -> List.of(expert % experts)).toList());
  }

  /** Returns the number of new experts. */
  public int size() {
    return groups.size();
  }

  /** Returns the old experts that new expert number {@code expert} averages. */
  List<Integer> of(int expert) {
    return groups.get(expert);
  }

  /** Returns whether an earlier expert has the same sources, in any order. */
  boolean isFurtherCopy(int expert) {
    Set<Integer> own = Set.copyOf(groups.get(expert));
    return groups.stream().limit(expert).anyMatch(group -> Set.copyOf(group).equals(own));
  }

  /** Returns whether each expert is copied from the one with its own number. */
  boolean isIdentity() {
    return IntStream.range(0, groups.size()).allMatch(e -> groups.get(e).equals(List.of(e)));
  }

  /** Rejects old experts that do not exist. */
  void requireWithin(int experts) {
    int last =
        groups.stream().flatMap(List::stream).mapToInt(Integer::intValue).max().orElseThrow();
    if (last >= experts) {
      throw new IllegalArgumentException(
          "experts must be in 0..%d, was %d".formatted(experts - 1, last));
    }
  }
}
