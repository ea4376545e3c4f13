package io.evomoe.nn;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The position of an array or a layer in its model, as known by the {@link Scope} that created it.
 * Use it instead of parsing names.
 */
public final class Place {
  static final Place ROOT =
      new Place("", OptionalInt.empty(), null, null, OptionalInt.empty(), List.of());

  private final String name;
  private final OptionalInt block;
  private final @Nullable ExpertPlace expert;
  private final @Nullable String gatePart;
  private final OptionalInt expertAxis;
  private final List<Integer> columns;

  private Place(
      String name,
      OptionalInt block,
      @Nullable ExpertPlace expert,
      @Nullable String gatePart,
      OptionalInt expertAxis,
      List<Integer> columns) {
    this.name = name;
    this.block = block;
    this.expert = expert;
    this.gatePart = gatePart;
    this.expertAxis = expertAxis;
    this.columns = columns;
  }

  /** Returns the dotted path, which is unique in a model. It is empty for the model itself. */
  public String name() {
    return name;
  }

  /** Returns the index of the block in its stack, from 0. Empty outside blocks. */
  public OptionalInt block() {
    return block;
  }

  /**
   * Returns the expert that it belongs to, among those that a gate chooses from. Empty outside
   * these.
   */
  public Optional<ExpertPlace> expert() {
    return in(ExpertPlace.EXPERTS);
  }

  /** Returns the shared expert that it belongs to. Empty outside shared experts. */
  public Optional<ExpertPlace> sharedExpert() {
    return in(ExpertPlace.SHARED);
  }

  /** Returns whether it belongs to a gate. */
  public boolean ofGate() {
    return gatePart != null;
  }

  /** Returns the dotted name inside a gate. Empty outside gates. */
  public Optional<String> gatePart() {
    return Optional.ofNullable(gatePart);
  }

  /**
   * Returns the axis of a gate's array that has an entry for each expert, or empty if there is
   * none.
   */
  public OptionalInt expertAxis() {
    return expertAxis;
  }

  /**
   * Returns the widths of the matrices that lie side by side in the columns of an array, such as
   * those of queries, keys and values. Empty if the array is one matrix.
   */
  public List<Integer> columns() {
    return columns;
  }

  /**
   * Returns the name in the dense form of the model, in which each MoE layer is one net. Empty for
   * a gate's array, which does not exist there.
   */
  public Optional<String> denseName() {
    return ofGate() ? Optional.empty() : Optional.of(expert().map(ExpertPlace::dense).orElse(name));
  }

  Place child(String part) {
    ExpertPlace inside = expert == null ? null : expert.child(part);
    String ofGate = gatePart == null ? null : join(gatePart, part);
    return new Place(join(name, part), block, inside, ofGate, expertAxis, columns);
  }

  Place inBlock(int number) {
    Place child = child("blocks").child(Integer.toString(number));
    return new Place(
        child.name, OptionalInt.of(number), child.expert, gatePart, expertAxis, columns);
  }

  Place inExpert(String group, int number) {
    Place child = child(group).child(Integer.toString(number));
    ExpertPlace inside = new ExpertPlace(name, group, number, "");
    return new Place(child.name, block, inside, gatePart, expertAxis, columns);
  }

  Place inGate() {
    return new Place(join(name, "gate"), block, null, "", expertAxis, columns);
  }

  Place alongExperts(int axis) {
    return new Place(name, block, expert, gatePart, OptionalInt.of(axis), columns);
  }

  Place sideBySide(List<Integer> widths) {
    return new Place(name, block, expert, gatePart, expertAxis, widths);
  }

  private Optional<ExpertPlace> in(String group) {
    return Optional.ofNullable(expert).filter(place -> place.group().equals(group));
  }

  static String join(String path, String part) {
    if (path.isEmpty() || part.isEmpty()) {
      return path + part;
    }
    return path + "." + part;
  }
}
