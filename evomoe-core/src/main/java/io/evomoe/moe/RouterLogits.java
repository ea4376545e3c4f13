package io.evomoe.moe;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RoutedRows;
import io.evomoe.nn.Pass;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The logits of a router in one pass, both on the host for the gate's decisions and for kernels.
 * The kernels compute the gradient of the weights without reading anything on the host.
 *
 * <p>A gate's pullback starts from {@link #weightGradient} and computes the gradient of the logits
 * with the methods here. It adds the gradients of its own losses and passes the sum to {@link
 * #backward}.
 *
 * @param router made them
 * @param kernels kernels of the router
 * @param tokens x [S, d]
 * @param pass pass of the tokens
 * @param values z [S, E] on the host
 * @param array z [S, E] for kernels
 */
public record RouterLogits(
    Router router,
    Kernels kernels,
    INDArray tokens,
    Pass pass,
    TokenMatrix values,
    INDArray array) {

  /** Returns {@code softmax(z)} [S, E] for kernels. */
  public INDArray softmax() {
    return kernels.softmax(array);
  }

  /** Copies a host matrix [S, E] to an array for kernels. */
  public INDArray array(TokenMatrix matrix) {
    return matrix.toArray(kernels);
  }

  /** Returns the routing's weights at their tokens and experts [S, E] for kernels, 0 elsewhere. */
  public INDArray weights(Routing routing) {
    return kernels.placeWeights(routing.rows());
  }

  /**
   * Returns the gradient of the weights at their tokens and experts [S, E] for kernels, 0
   * elsewhere.
   */
  public INDArray weightGradient(Routing routing, RoutingGradient gradient) {
    RoutedRows rows = routing.rows();
    return rows.length() == 0
        ? kernels.zeros(rows.n(), rows.groups())
        : kernels.place(gradient.weights(kernels), rows);
  }

  /**
   * Returns the gradient of z for {@code p = softmax(z / temperature)}, for kernels.
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

  /** Multiplies an array by a host matrix, element by element [S, E]. */
  public INDArray times(INDArray dz, TokenMatrix factors) {
    return kernels.times(dz, factors.toArray(kernels));
  }

  /** Adds a host matrix to an array for kernels [S, E]. */
  public void add(INDArray dz, TokenMatrix added) {
    kernels.addInto(dz, added.toArray(kernels));
  }

  /**
   * Adds the gradients of the router's parameters and returns the gradient of the tokens.
   *
   * @param dz gradient of z [S, E]
   * @return gradient of x [S, d]
   */
  public INDArray backward(INDArray dz) {
    return router.backward(tokens, dz, pass);
  }
}
