package io.evomoe.nn;

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
