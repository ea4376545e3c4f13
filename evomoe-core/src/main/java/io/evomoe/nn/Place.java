package io.evomoe.nn;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The position of an array or a layer in its model, as known by the {@link Scope} that created it.
 * Use it instead of parsing names.
 *
 * @param name the dotted path, which is unique in a model; empty for the model itself
 * @param block index of the block in its stack, from 0; empty outside blocks
 * @param anyExpert the expert that it belongs to, chosen by a gate or shared; empty outside experts
 * @param gatePart the dotted name inside a gate; empty outside gates
 * @param expertAxis the axis of a gate's array that has an entry for each expert; empty if there is
 *     none
 * @param columns widths of the matrices that lie side by side in the columns of an array, such as
 *     those of queries, keys and values; empty if the array is one matrix
 */
public record Place(
    String name,
    OptionalInt block,
    Optional<ExpertPlace> anyExpert,
    Optional<String> gatePart,
    OptionalInt expertAxis,
    List<Integer> columns) {
  private static final String GATE = "gate";

  static final Place ROOT =
      new Place(
          "",
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          List.of());

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
    return gatePart.isPresent();
  }

  /** Returns the dotted name of the MoE layer whose expert or gate it belongs to; else empty. */
  public Optional<String> layer() {
    return expert()
        .map(ExpertPlace::layer)
        .or(
            () ->
                gatePart.map(
                    part -> name.replaceFirst("\\.?" + Pattern.quote(join(GATE, part)) + "$", "")));
  }

  /**
   * Returns the name in the dense form of the model, in which each MoE layer is one net. Empty for
   * a gate's array, which does not exist there.
   */
  public Optional<String> denseName() {
    return ofGate() ? Optional.empty() : Optional.of(expert().map(ExpertPlace::dense).orElse(name));
  }

  /**
   * Returns whether one of some globs matches its name, or the name of a module that contains it.
   * For example, {@code *.attention} and {@code blocks.0.*} both match {@code
   * blocks.0.attention.qkv.weight}.
   *
   * @throws IllegalArgumentException if a glob is malformed
   */
  public boolean matches(List<String> globs) {
    return matches(name, globs);
  }

  /** Returns whether {@link #matches(List)} holds for the same part of its layer's first expert. */
  boolean matchesInFirstExpert(List<String> globs) {
    return matches(anyExpert.map(expert -> expert.of(0)).orElse(name), globs);
  }

  private static boolean matches(String name, List<String> globs) {
    return globs.stream()
        .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
        .anyMatch(
            glob ->
                Stream.iterate(
                        name, path -> !path.isEmpty(), path -> path.replaceFirst("\\.?[^.]*$", ""))
                    .anyMatch(path -> glob.matches(Path.of(path))));
  }

  Place child(String part) {
    return new Place(
        join(name, part),
        block,
        anyExpert.map(expert -> expert.child(part)),
        gatePart.map(inside -> join(inside, part)),
        expertAxis,
        columns);
  }

  Place inBlock(int number) {
    Place child = child("blocks").child(Integer.toString(number));
    return new Place(
        child.name, OptionalInt.of(number), child.anyExpert, gatePart, expertAxis, columns);
  }

  Place inExpert(String group, int number) {
    String child = join(join(name, group), Integer.toString(number));
    ExpertPlace inside = new ExpertPlace(name, group, number, "");
    return new Place(child, block, Optional.of(inside), gatePart, expertAxis, columns);
  }

  Place inGate() {
    return new Place(
        join(name, GATE), block, Optional.empty(), Optional.of(""), expertAxis, columns);
  }

  Place alongExperts(int axis) {
    return new Place(name, block, anyExpert, gatePart, OptionalInt.of(axis), columns);
  }

  Place sideBySide(List<Integer> widths) {
    return new Place(name, block, anyExpert, gatePart, expertAxis, widths);
  }

  private Optional<ExpertPlace> in(String group) {
    return anyExpert.filter(expert -> expert.group().equals(group));
  }

  static String join(String path, String part) {
    if (path.isEmpty() || part.isEmpty()) {
      return path + part;
    }
    return path + "." + part;
  }

  /**
   * The expert and the part of it that an array belongs to.
   *
   * @param layer dotted name of the MoE layer; empty if it is the whole model
   * @param group name of the layer's experts, {@link #EXPERTS} or {@link #SHARED}
   * @param number index of the expert in its group, from 0
   * @param part dotted name inside the expert
   */
  public record ExpertPlace(String layer, String group, int number, String part) {
    /** Experts that a gate chooses from. */
    public static final String EXPERTS = "experts";

    /** Experts that every token uses. */
    public static final String SHARED = "shared";

    /** Returns the full name of the same part of another expert of the layer. */
    public String of(int other) {
      return Place.join(Place.join(layer, group), Place.join(Integer.toString(other), part));
    }

    /** Returns the full name of the part if the layer is one net without a gate. */
    public String dense() {
      return Place.join(layer, part);
    }

    ExpertPlace child(String inside) {
      return new ExpertPlace(layer, group, number, Place.join(part, inside));
    }
  }
}
