package io.evomoe.nn;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where an array or a layer stands in its model, as the {@link Scope} that made it knows: nobody
 * has to read it out of a name.
 */
public final class Place {
  static final Place ROOT = new Place("", OptionalInt.empty(), null, null, OptionalInt.empty());

  private final String name;
  private final OptionalInt block;
  private final @Nullable ExpertPlace expert;
  private final @Nullable String gatePart;
  private final OptionalInt expertAxis;

  private Place(
      String name,
      OptionalInt block,
      @Nullable ExpertPlace expert,
      @Nullable String gatePart,
      OptionalInt expertAxis) {
    this.name = name;
    this.block = block;
    this.expert = expert;
    this.gatePart = gatePart;
    this.expertAxis = expertAxis;
  }

  /** Dotted path, unique in a model; empty for the model itself. */
  public String name() {
    return name;
  }

  /** Number of the block in its stack, from 0; empty outside of blocks. */
  public OptionalInt block() {
    return block;
  }

  /** Which expert of those that a gate chooses from; empty outside of these. */
  public Optional<ExpertPlace> expert() {
    return in(ExpertPlace.EXPERTS);
  }

  /** Which expert of those that every token uses; empty outside of these. */
  public Optional<ExpertPlace> sharedExpert() {
    return in(ExpertPlace.SHARED);
  }

  /** Whether it belongs to a gate. */
  public boolean ofGate() {
    return gatePart != null;
  }

  /** Dotted name inside of a gate; empty outside of gates. */
  public Optional<String> gatePart() {
    return Optional.ofNullable(gatePart);
  }

  /** The axis of an array of a gate that has an entry for each expert; empty where none has. */
  public OptionalInt expertAxis() {
    return expertAxis;
  }

  /**
   * The name in the dense form of the model, in which each MoE layer is one net; empty for a gate's
   * array, which is not there.
   */
  public Optional<String> denseName() {
    return ofGate() ? Optional.empty() : Optional.of(expert().map(ExpertPlace::dense).orElse(name));
  }

  Place child(String part) {
    ExpertPlace inside = expert == null ? null : expert.child(part);
    String ofGate = gatePart == null ? null : join(gatePart, part);
    return new Place(join(name, part), block, inside, ofGate, expertAxis);
  }

  Place inBlock(int number) {
    Place child = child("blocks").child(Integer.toString(number));
    return new Place(child.name, OptionalInt.of(number), child.expert, gatePart, expertAxis);
  }

  Place inExpert(String group, int number) {
    Place child = child(group).child(Integer.toString(number));
    ExpertPlace inside = new ExpertPlace(name, group, number, "");
    return new Place(child.name, block, inside, gatePart, expertAxis);
  }

  Place inGate() {
    return new Place(join(name, "gate"), block, null, "", expertAxis);
  }

  Place alongExperts(int axis) {
    return new Place(name, block, expert, gatePart, OptionalInt.of(axis));
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
