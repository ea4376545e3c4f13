package io.evomoe.models.stack;

import io.evomoe.evolution.ExpertPlan.SharedExperts;
import io.evomoe.internal.names.FieldBound;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The experts of a block.
 *
 * @param experts number of experts, at least 1
 * @param intermediateSize intermediate size of an expert, at least 1
 * @param shared experts that every token uses
 */
@RecordBuilder
public record MoeConfig(int experts, int intermediateSize, SharedExperts shared)
    implements MoeConfigBuilder.With {

  /** Rejects sizes below 1. */
  public MoeConfig {
    FieldBound.atLeast("experts", experts, 1);
    FieldBound.atLeast("intermediateSize", intermediateSize, 1);
  }

  /** Returns experts without shared ones. */
  public static MoeConfig of(int experts, int intermediateSize) {
    return new MoeConfig(experts, intermediateSize, new SharedExperts(0, intermediateSize, false));
  }
}
