package io.evomoe.bench.measure;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Speed of a training step.
 *
 * @param gate by name
 * @param precision of the matrix products
 * @param kernels provider
 * @param params parameters of the model, all experts included
 * @param millisPerStep median
 * @param tokensPerSecond from the median
 * @param gemmPeakGflops measured in the same process
 * @param mfu 6 x active parameters x tokens per second over the gemm peak
 * @param activeExperts mean over steps, layers and tokens
 * @param peakRssMegabytes largest resident size of the process in MiB
 */
public record StepSpeed(
    String gate,
    String precision,
    String kernels,
    long params,
    @JsonProperty("ms_per_step") double millisPerStep,
    @JsonProperty("tokens_per_s") double tokensPerSecond,
    @JsonProperty("gemm_peak_gflops") double gemmPeakGflops,
    double mfu,
    @JsonProperty("active_experts") double activeExperts,
    @JsonProperty("peak_rss_mb") double peakRssMegabytes) {}
