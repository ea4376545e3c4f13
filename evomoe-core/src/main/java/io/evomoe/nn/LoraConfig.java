package io.evomoe.nn;

import static io.evomoe.internal.names.Field.Kind.MODEL;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;

/** Low-rank adapters of linear maps ({@link Lora}). With rank 0 there are none. */
@RecordBuilder
public record LoraConfig(
    @Field(
            doc =
                "rank of the adapters that are trained instead of the weights (LoRA), e.g. 8; 0 for none",
            initial = "0",
            min = 0,
            kind = MODEL)
        int rank,
    @Field(
            doc = "numerator of the adapters' factor, which is `alpha / rank`",
            initial = "16",
            above = 0,
            kind = MODEL)
        double alpha,
    @Field(
            doc = "dropout rate of the adapters' input",
            initial = "0",
            min = 0,
            below = 1,
            kind = MODEL)
        double dropout,
    @Field(
            doc =
                "globs of the linear maps that get an adapter, or of modules that contain them; "
                    + "empty for attention and feed-forward networks with all experts",
            initial = "[]",
            kind = MODEL)
        List<String> modules)
    implements LoraConfigBuilder.With {
  /** No adapters. */
  public static final LoraConfig OFF = Fields.defaults(LoraConfig.class);

  private static final List<String> USUAL =
      List.of("*.attention", "*.crossAttention", "*.feedForward");

  /** Rejects values out of bounds. */
  public LoraConfig {
    modules = List.copyOf(modules);
    Fields.require(LoraConfig.class, rank, alpha, dropout, modules);
  }

  /** Returns whether there are adapters. */
  public boolean active() {
    return rank > 0;
  }

  /** Returns the factor of the adapters' output. */
  public double scale() {
    return active() ? alpha / rank : 0;
  }

  /** Returns the names of A and B of the adapter beside a weight. */
  public static List<String> adapterOf(String weight) {
    String map = weight.replaceFirst("weight$", "");
    return List.of(map + Lora.A, map + Lora.B);
  }

  /** Returns whether a parameter's name is that of A or B. */
  public static boolean isAdapter(String name) {
    return name.endsWith("." + Lora.A) || name.endsWith("." + Lora.B);
  }

  /**
   * Returns whether the linear map at a place has an adapter.
   *
   * @throws IllegalArgumentException if only some experts of its layer have one
   */
  boolean adapts(Place place) {
    List<String> globs = modules.isEmpty() ? USUAL : modules;
    boolean adapts = active() && place.matches(globs);
    if (active() && adapts != place.matchesInFirstExpert(globs)) {
      throw new IllegalArgumentException(
          "lora.modules must match all experts of a layer or none, were %s, which match only some of the experts around %s"
              .formatted(modules, place.name()));
    }
    return adapts;
  }
}
