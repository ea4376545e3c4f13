package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.nn.Pass;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The logits of a router in one pass: on the host, where a gate decides by them, and for kernels,
 * which take the gradient of the weights back to the router with nothing read on the host.
 *
 * <p>A gate's pullback makes the gradient of the logits from {@link #weightGradient} by the methods
 * here, adds that of its own losses, which are known on the host since the forward pass, and hands
 * it to {@link #backward}.
 */
public final class RouterLogits {
  private final Router router;
  private final Kernels kernels;
  private final INDArray tokens;
  private final Pass pass;
  private final TokenMatrix values;
  private final INDArray array;

  /**
   * Of tokens of a pass.
   *
   * @param array the values where kernels have them
   */
  RouterLogits(
      Router router,
      Kernels kernels,
      INDArray tokens,
      Pass pass,
      TokenMatrix values,
      INDArray array) {
    this.router = router;
    this.kernels = kernels;
    this.tokens = tokens;
    this.pass = pass;
    this.values = values;
    this.array = array;
  }

  /** z [S, E], on the host. */
  public TokenMatrix values() {
    return values;
  }

  /** {@code softmax(z)} [S, E], for kernels. */
  public INDArray softmax() {
    return kernels.softmax(array);
  }

  /** A matrix of the host [S, E], for kernels. */
  public INDArray array(TokenMatrix matrix) {
    return matrix.toArray(kernels);
  }

  /** The weights of a routing at their tokens and experts [S, E], for kernels; 0 elsewhere. */
  public INDArray weights(Routing routing) {
    return kernels.placeWeights(routing.rows());
  }

  /** The gradient of the weights at their tokens and experts [S, E], for kernels; 0 elsewhere. */
  public INDArray weightGradient(Routing routing, RoutingGradient gradient) {
    RoutedRows rows = routing.rows();
    return rows.length() == 0
        ? kernels.zeros(rows.n(), rows.groups())
        : kernels.place(gradient.weights(kernels), rows);
  }

  /**
   * The gradient of z where {@code p = softmax(z / temperature)}, for kernels.
   *
   * @param p [S, E]
   * @param dp gradient of p [S, E]
   */
  public INDArray softmaxGradient(INDArray p, INDArray dp, double temperature) {
    INDArray dz = kernels.softmaxGradient(p, dp);
    if (temperature != 1) {
      kernels.scale(dz, 1 / temperature);
    }
    return dz;
  }

  /** An array times a matrix of the host, element by element [S, E]. */
  public INDArray times(INDArray dz, TokenMatrix factors) {
    return kernels.times(dz, factors.toArray(kernels));
  }

  /** Adds a matrix of the host to an array of kernels [S, E]. */
  public void add(INDArray dz, TokenMatrix added) {
    kernels.addInto(dz, added.toArray(kernels));
  }

  /**
   * Adds the gradients of the router's parameters and gives that of the tokens.
   *
   * @param dz gradient of z [S, E]
   * @return gradient of x [S, d]
   */
  public INDArray backward(INDArray dz) {
    return router.backward(tokens, dz, pass);
  }
}
