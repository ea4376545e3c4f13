package io.evomoe.models.stack;

import io.evomoe.evolution.SharedExperts;
import io.evomoe.internal.names.FieldBound;

/**
 * Where a stack has experts, and how many.
 *
 * @param experts experts in an MoE block, at least 1
 * @param every every how many blocks one has experts: blocks {@code every}, {@code 2 every} and so
 *     on, counted from 1; at least 1
 * @param from number of the first block that may have experts, from 0
 * @param hidden width inside an expert, at least 1
 * @param shared nets of an MoE block that every token uses beside its experts
 */
public record MoeForm(int experts, int every, int from, int hidden, SharedExperts shared) {

  /** Refuses sizes out of their bounds. */
  public MoeForm {
    FieldBound.atLeast("experts", experts, 1);
    FieldBound.atLeast("moeEvery", every, 1);
    FieldBound.atLeast("moeFrom", from, 0);
    FieldBound.atLeast("expertHidden", hidden, 1);
  }

  /** Whether block {@code index}, from 0, is a place for experts. */
  public boolean isPlace(int index) {
    return index >= from && (index + 1) % every == 0;
  }
}
