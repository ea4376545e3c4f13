package io.evomoe.moe;

import io.evomoe.nn.Parameter;
import io.evomoe.nn.Pass;
import io.evomoe.nn.Scope;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A trainable gate whose choices are fixed: {@code w = m softmax((x W + noise) / temperature)} with
 * a given mask m and the balance loss {@code E sum_e mean(w_e) mean(m_e)}; or w is the softmax over
 * the active experts alone, and the loss has the softmax over all in its place.
 *
 * @param projection x W
 * @param experts E
 * @param mask m, 1 where a token has an expert and 0 elsewhere
 * @param noise added to the logits
 * @param temperature divides the logits
 * @param renormalized whether the weights of a token sum to 1
 * @param balance coefficient of the balance loss
 * @param bypass whether each token itself is added, by the softmax of the last expert
 */
public record FixedGate(
    RouterProjection projection,
    int experts,
    Table mask,
    Table noise,
    double temperature,
    boolean renormalized,
    double balance,
    boolean bypass)
    implements Gate {

  /** A number for each token and expert. */
  @FunctionalInterface
  public interface Table {

    /** The number of token s and expert e. */
    double at(int s, int e);

    /** Every token has every expert. */
    static Table everywhere() {
      return (s, e) -> 1;
    }

    /** The numbers in a matrix [S, E]. */
    static Table of(double[][] matrix) {
      return (s, e) -> matrix[s][e];
    }
  }

  /** A gate without noise, balance loss or bypass, at temperature 1. */
  public static FixedGate of(Scope scope, int width, int experts, Table mask) {
    RouterProjection projection = new RouterProjection(scope, width, experts);
    return new FixedGate(projection, experts, mask, (s, e) -> 0, 1, false, 0, false);
  }

  /** The same with a bypass. */
  public FixedGate withBypass() {
    return new FixedGate(
        projection, experts, mask, noise, temperature, renormalized, balance, true);
  }

  /** The same with a balance loss. */
  public FixedGate withBalance(double coefficient) {
    return new FixedGate(
        projection, experts, mask, noise, temperature, renormalized, coefficient, bypass);
  }

  /** The same with noisy logits, divided by a temperature. */
  public FixedGate withNoise(Table zeta, double tau) {
    return new FixedGate(projection, experts, mask, zeta, tau, renormalized, balance, bypass);
  }

  /** The same with weights that sum to 1 over the experts of a token. */
  public FixedGate withWeightsOfSumOne() {
    return new FixedGate(projection, experts, mask, noise, temperature, true, balance, bypass);
  }

  @Override
  public Routed route(INDArray tokens, Pass pass) {
    TokenMatrix z = projection.forward(tokens);
    addNoise(z);
    TokenMatrix m = masked(z.tokens());
    TokenMatrix all = Softmax.of(z, temperature);
    TokenMatrix p = renormalized ? Softmax.of(activeOnly(z, m), temperature) : all;
    Routing routing = routing(p, m);
    LoadBalancing loss = new LoadBalancing(renormalized ? all : all.times(m), m, pass.tokens());
    return new Routed(
        routing,
        balance * loss.loss(),
        gradient -> {
          TokenMatrix dShares = new TokenMatrix(z.tokens(), experts);
          loss.addGradient(balance, dShares);
          TokenMatrix dp = TokenMatrix.ofWeights(routing, gradient).times(m);
          for (int s = 0; bypass && s < p.tokens(); s++) {
            dp.add(s, experts - 1, gradient.bypass(s));
          }
          TokenMatrix dz = new TokenMatrix(z.tokens(), experts);
          Softmax.addGradient(p, dp, temperature, dz);
          Softmax.addGradient(all, renormalized ? dShares : dShares.times(m), temperature, dz);
          return projection.backward(tokens, dz);
        });
  }

  private void addNoise(TokenMatrix z) {
    for (int s = 0; s < z.tokens(); s++) {
      for (int e = 0; e < experts; e++) {
        z.add(s, e, noise.at(s, e));
      }
    }
  }

  /** A token without an expert, such as padding, keeps its logits: there is no sum to divide by. */
  private TokenMatrix activeOnly(TokenMatrix z, TokenMatrix m) {
    TokenMatrix active = z.copy();
    for (int s = 0; s < z.tokens(); s++) {
      boolean routed = m.get(s, m.argMax(s)) > 0;
      for (int e = 0; e < experts; e++) {
        if (routed && m.get(s, e) == 0) {
          active.set(s, e, Double.NEGATIVE_INFINITY);
        }
      }
    }
    return active;
  }

  private TokenMatrix masked(int tokens) {
    TokenMatrix m = new TokenMatrix(tokens, experts);
    for (int s = 0; s < tokens; s++) {
      for (int e = 0; e < experts; e++) {
        m.set(s, e, mask.at(s, e));
      }
    }
    return m;
  }

  private Routing routing(TokenMatrix p, TokenMatrix m) {
    Routing.Builder routing = new Routing.Builder(p.tokens(), experts);
    double[] own = new double[p.tokens()];
    for (int s = 0; s < p.tokens(); s++) {
      own[s] = p.get(s, experts - 1);
      for (int e = 0; e < experts; e++) {
        if (m.get(s, e) > 0) {
          routing.assign(s, e, p.get(s, e));
        }
      }
    }
    return (bypass ? routing.bypass(own) : routing).build();
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(projection.weight());
  }
}
