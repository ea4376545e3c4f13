package io.evomoe.run.result;

import java.util.List;

/**
 * The result of an export.
 *
 * @param tensors number of written tensors
 * @param ownForm whether no published family fits, so that the files have this project's own form
 * @param remarks one line each: tensors that are not part of Switch Transformers, or what llama.cpp
 *     computes differently
 */
public record Exported(int tensors, boolean ownForm, List<String> remarks) {

  /** Keeps the remarks unmodifiable. */
  public Exported {
    remarks = List.copyOf(remarks);
  }
}
