package io.evomoe.models.stack;

import io.evomoe.kernel.Kernels;
import io.evomoe.nn.Lifetime;
import io.evomoe.nn.Scope;
import io.evomoe.training.Model;

/**
 * A model whose parameters are all in one scope, which has its kernels and seed.
 *
 * @param <B> a batch
 */
public abstract class ScopedModel<B> implements Model<B> {
  private final Scope root;

  /** Creates a model in its root scope. */
  protected ScopedModel(Scope root) {
    this.root = root;
  }

  /** Returns the root scope. */
  public final Scope root() {
    return root;
  }

  @Override
  public final long seed() {
    return root.seed();
  }

  @Override
  public final Kernels kernels() {
    return root.kernels();
  }

  @Override
  public final Lifetime lifetime() {
    return root.lifetime();
  }
}
