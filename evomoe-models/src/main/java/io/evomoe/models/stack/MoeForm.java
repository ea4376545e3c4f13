package io.evomoe.models.stack;

import io.evomoe.evolution.SharedExperts;
import io.evomoe.internal.names.FieldBound;
import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * The position, number and size of a stack's experts.
 *
 * @param experts experts per MoE block, at least 1
 * @param every every n-th block is an MoE block: {@code every}, {@code 2 every} and so on, counted
 *     from 1; at least 1
 * @param from index of the first block that may have experts, counted from 0
 * @param intermediateSize intermediate size of an expert, at least 1
 * @param shared experts of an MoE block that every token uses
 */
@RecordBuilder
public record MoeForm(int experts, int every, int from, int intermediateSize, SharedExperts shared)
    implements MoeFormBuilder.With {

  /** Rejects sizes out of bounds. */
  public MoeForm {
    FieldBound.atLeast("experts", experts, 1);
    FieldBound.atLeast("moeEvery", every, 1);
    FieldBound.atLeast("moeFrom", from, 0);
    FieldBound.atLeast("moeIntermediateSize", intermediateSize, 1);
  }

  /** Whether block {@code index}, counted from 0, is an MoE block. */
  public boolean isPlace(int index) {
    return index >= from && (index + 1) % every == 0;
  }
}
