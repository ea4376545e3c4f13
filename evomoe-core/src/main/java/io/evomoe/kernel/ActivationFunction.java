package io.evomoe.kernel;

/** Element-wise nonlinearity. */
public enum ActivationFunction {
  /** {@code x Phi(x)} with the exact normal distribution (Hendrycks and Gimpel 2016); RoBERTa's. */
  GELU,
  /** GELU by the tanh formula of the same paper; GPT-2's. */
  GELU_TANH,
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code tanh(x)}. */
  TANH,
  /** {@code x / (1 + exp(-x))} (Elfwing et al. 2017), also called swish; Llama's. */
  SILU
}
